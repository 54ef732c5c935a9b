package testblocks

import (
	"context"
	"crypto/ecdsa"
	"encoding/binary"
	"fmt"
	"math/big"

	"ambrosia/block/stateless"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus/beacon"
	"github.com/ethereum/go-ethereum/consensus/ethash"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// Case is one input of the block guest and how it must end.
type Case struct {
	Name string
	// Why the guest accepts it, or what is forged.
	About        string
	Input        []byte
	Code         stateless.Code
	Transactions int
	GasUsed      uint64
}

const (
	accounts = 10_000 // funded at genesis; each holds tokens too
	senders  = 100    // of them, the first ones, with keys
)

// block is a name and what fills the block.
type block struct {
	name, about string
	fill        func(chain *chainMaker, gen *core.BlockGen)
	mayRevert   bool // a failed transaction is part of the block, not a mistake in it
}

type chainMaker struct {
	genesis   *core.Genesis
	signer    types.Signer
	keys      []*ecdsa.PrivateKey
	addresses []common.Address
	nonces    map[int]uint64
	ancestors *core.BlockChain // the blocks made so far
}

func newChainMaker() *chainMaker {
	config := stateless.Config()
	c := &chainMaker{signer: types.LatestSigner(config), nonces: map[int]uint64{}}
	balance := new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil)
	alloc := core.SystemContractAllocs()
	balances := map[common.Hash]common.Hash{}
	for i := range accounts {
		address := c.newAccount(i)
		alloc[address] = types.Account{Balance: balance}
		balances[tokenSlot(address)] = common.BigToHash(big.NewInt(1_000_000))
	}
	contract := func(address common.Address, code []byte, storage map[common.Hash]common.Hash) {
		alloc[address] = types.Account{Nonce: 1, Balance: new(big.Int), Code: code, Storage: storage}
	}
	contract(tokenAddress, tokenCode(), balances)
	contract(callerAddress, callerCode(), nil)
	contract(counterAddress, counterCode(), nil)
	contract(ancestorAddress, ancestorCode(), nil)
	guarded := map[common.Hash]common.Hash{}
	for i := range int64(300) {
		guarded[common.BigToHash(big.NewInt(i))] = common.BigToHash(big.NewInt(i + 5))
	}
	contract(guardAddress, guardCode(), guarded)
	for i, address := range runnerAddresses {
		storage := map[common.Hash]common.Hash{}
		for slot := range int64(20*i*i*i + 2) { // tries of different depths
			storage[common.BigToHash(big.NewInt(slot))] = common.BigToHash(big.NewInt(slot + 1))
		}
		alloc[address] = types.Account{Nonce: 1, Balance: big.NewInt(1e18), Code: runnerCode(), Storage: storage}
	}
	c.genesis = &core.Genesis{Config: config, GasLimit: 100_000_000, BaseFee: big.NewInt(7), Difficulty: new(big.Int), Alloc: alloc}
	return c
}

func (c *chainMaker) newAccount(i int) common.Address {
	seed := crypto.Keccak256([]byte("ambrosia test account"), binary.BigEndian.AppendUint64(nil, uint64(i)))
	if i >= senders {
		c.addresses = append(c.addresses, common.BytesToAddress(seed))
		return c.addresses[i]
	}
	key, err := crypto.ToECDSA(seed)
	must(err)
	c.keys = append(c.keys, key)
	c.addresses = append(c.addresses, crypto.PubkeyToAddress(key.PublicKey))
	return c.addresses[i]
}

func tokenSlot(address common.Address) common.Hash {
	return crypto.Keccak256Hash(common.LeftPadBytes(address[:], 32), make([]byte, 32))
}

// recipient is an account without a key, far apart from its neighbours in the trie.
func (c *chainMaker) recipient(i int) *common.Address {
	return &c.addresses[accounts-1-(i*7)%(accounts-senders)]
}

func (c *chainMaker) sign(from int, to *common.Address, gas uint64, value int64, data []byte) *types.Transaction {
	tx, err := types.SignNewTx(c.keys[from], c.signer, &types.DynamicFeeTx{
		ChainID:   big.NewInt(stateless.ChainID),
		Nonce:     c.nonces[from],
		GasTipCap: big.NewInt(1),
		GasFeeCap: big.NewInt(1e11),
		Gas:       gas,
		To:        to,
		Value:     big.NewInt(value),
		Data:      data,
	})
	must(err)
	return tx
}

func (c *chainMaker) send(gen *core.BlockGen, from int, to *common.Address, gas uint64, value int64, data []byte) {
	gen.AddTxWithChain(c.ancestors, c.sign(from, to, gas, value, data))
	c.nonces[from]++
}

// run makes the blocks one after the other, imports each into a full node's chain
// and returns them with the witnesses it recorded.
func (c *chainMaker) run(blocks []block) []Case {
	engine := beacon.New(ethash.NewFaker())
	chain, err := core.NewBlockChain(rawdb.NewMemoryDatabase(), c.genesis, engine, core.DefaultConfig())
	must(err)
	defer chain.Stop()
	c.ancestors = chain
	states, _, _ := core.GenerateChainWithGenesis(c.genesis, engine, 0, nil)
	parent := c.genesis.ToBlock()
	var cases []Case
	for i, b := range blocks {
		made, _ := core.GenerateChain(c.genesis.Config, parent, engine, states, 1, func(_ int, gen *core.BlockGen) {
			gen.SetPoS()
			gen.SetCoinbase(common.HexToAddress("0xc0ffee0000000000000000000000000000000001"))
			gen.SetParentBeaconRoot(common.Hash{1, byte(i)})
			gen.AddWithdrawal(&types.Withdrawal{Validator: 1, Address: c.addresses[5000], Amount: 1_000_000})
			b.fill(c, gen)
		})
		parent = made[0]
		cases = append(cases, record(chain, b, parent))
	}
	return cases
}

// record imports a block and takes down what its execution read.
func record(chain *core.BlockChain, b block, made *types.Block) Case {
	witness, err := chain.InsertBlockWithoutSetHead(context.Background(), made, true)
	must(err)
	_, err = chain.SetCanonical(made)
	must(err)
	for n, receipt := range chain.GetReceiptsByHash(made.Hash()) {
		if receipt.Status != types.ReceiptStatusSuccessful && !b.mayRevert {
			panic(fmt.Sprintf("%s: transaction %d failed", b.name, n))
		}
	}
	in := &stateless.Input{Block: made, Witness: witness.ToExtWitness()}
	encoded, err := in.Encode()
	must(err)
	return Case{b.name, b.about, encoded, 0, len(made.Transactions()), made.GasUsed()}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
