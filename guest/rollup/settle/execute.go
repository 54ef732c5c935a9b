package settle

import (
	"context"
	"encoding/binary"
	"math/big"

	block "ambrosia/block/stateless"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/consensus/beacon"
	"github.com/ethereum/go-ethereum/consensus/ethash"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/consensus/misc/eip4844"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/stateless"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/triedb"
)

// attributes are everything of a block that does not follow from executing it.
type attributes struct {
	timestamp   uint64
	count       uint64
	anchor      common.Hash
	withdrawals types.Withdrawals
	candidates  []*types.Transaction
}

// configOf is the chain's rules under its own id.
func configOf(rules Rules) *params.ChainConfig {
	config := *block.Config()
	config.ChainID = new(big.Int).SetUint64(rules.ChainID)
	return &config
}

// execute makes the block of these attributes on its parent. Candidates that the
// rules of Ethereum do not let stand at their place are dropped.
func execute(rules Rules, parent *types.Header, made map[common.Hash]*types.Header, a attributes, witness *stateless.ExtWitness) (*types.Header, *Refusal) {
	config := configOf(rules)
	chain := newHeaderChain(config, made, witness.Headers)
	header := draft(config, rules, parent, a)
	database, err := openState(witness, parent.Root)
	if err != nil {
		return nil, refuse(CodeWitness, "pre-state: %v", err)
	}
	evm := vm.NewEVM(core.NewEVMBlockContext(header, chain, nil), database, config, vm.Config{})
	defer evm.Release()
	ctx := context.Background()
	core.PreExecution(ctx, header.ParentBeaconRoot, parent, config, evm, header.Number, header.Time)
	pool := core.NewGasPool(header.GasLimit)
	var receipts types.Receipts
	var logs []*types.Log
	var standing types.Transactions
	for _, tx := range a.candidates {
		database.SetTxContext(tx.Hash(), len(standing), uint32(len(standing)+1))
		snapshot, before := database.Snapshot(), pool.Snapshot()
		receipt, _, err := core.ApplyTransaction(ctx, evm, pool, database, header, tx)
		// Without what it reads nobody can say whether it stands.
		if refusal := checkComplete(chain, database); refusal != nil {
			return nil, refusal
		}
		if err != nil {
			database.RevertToSnapshot(snapshot)
			pool.Set(before)
			continue
		}
		standing = append(standing, tx)
		receipts = append(receipts, receipt)
		logs = append(logs, receipt.Logs...)
	}
	requests, _, err := core.PostExecution(ctx, config, header.Number, header.Time, logs, a.withdrawals, evm, uint32(len(standing)+1))
	if err != nil {
		return nil, refuse(CodeWitness, "system calls: %v", err)
	}
	requestsHash := types.CalcRequestsHash(requests)
	header.RequestsHash = &requestsHash
	header.GasUsed = pool.Used()
	header.Root = database.IntermediateRoot(config.Rules(header.Number, true, header.Time))
	// Computing the state root reads more of the tries.
	if refusal := checkComplete(chain, database); refusal != nil {
		return nil, refusal
	}
	body := &types.Body{Transactions: standing, Withdrawals: a.withdrawals}
	return types.NewBlock(header, body, receipts, trie.NewStackTrie(nil)).Header(), nil
}

func draft(config *params.ChainConfig, rules Rules, parent *types.Header, a attributes) *types.Header {
	excess := eip4844.CalcExcessBlobGas(config, parent, a.timestamp)
	extra := binary.BigEndian.AppendUint64(nil, a.count)
	return &types.Header{
		ParentHash:       parent.Hash(),
		UncleHash:        types.EmptyUncleHash,
		Coinbase:         rules.FeeRecipient,
		Difficulty:       new(big.Int),
		Number:           new(big.Int).Add(parent.Number, big.NewInt(1)),
		GasLimit:         rules.GasLimit,
		Time:             a.timestamp,
		Extra:            extra,
		MixDigest:        hashWords(parent.Hash(), a.anchor),
		BaseFee:          eip1559.CalcBaseFee(config, parent),
		BlobGasUsed:      new(uint64),
		ExcessBlobGas:    &excess,
		ParentBeaconRoot: &a.anchor,
	}
}

// openState opens a state on the nodes and codes of a witness. Entries are keyed by
// their hashes: what was tampered with is not found.
func openState(external *stateless.ExtWitness, root common.Hash) (*state.StateDB, error) {
	witness := new(stateless.Witness)
	if err := witness.FromExtWitness(external); err != nil {
		return nil, err
	}
	entries := witness.MakeHashDB()
	nodes := triedb.NewDatabase(entries, triedb.HashDefaults)
	return state.New(root, state.NewDatabase(nodes, state.NewCodeDB(entries)))
}

func checkComplete(chain *headerChain, database *state.StateDB) *Refusal {
	if chain.missing {
		return refuse(CodeWitness, "an ancestor's header is not in the witness")
	}
	if err := database.Error(); err != nil {
		return refuse(CodeWitness, "%v", err)
	}
	return nil
}

// headerChain gives BLOCKHASH the headers by their hashes, and remembers whether it
// was asked for one that is not there.
type headerChain struct {
	config  *params.ChainConfig
	engine  consensus.Engine
	byHash  map[common.Hash]*types.Header
	missing bool
}

func newHeaderChain(config *params.ChainConfig, made map[common.Hash]*types.Header, headers []*types.Header) *headerChain {
	byHash := make(map[common.Hash]*types.Header, len(made)+len(headers))
	for hash, header := range made {
		byHash[hash] = header
	}
	for _, header := range headers {
		byHash[header.Hash()] = header
	}
	return &headerChain{config, beacon.New(ethash.NewFaker()), byHash, false}
}

func (c *headerChain) Config() *params.ChainConfig { return c.config }
func (c *headerChain) Engine() consensus.Engine    { return c.engine }

func (c *headerChain) GetHeader(hash common.Hash, number uint64) *types.Header {
	header := c.GetHeaderByHash(hash)
	if header != nil && header.Number.Uint64() != number {
		c.missing = true
		return nil
	}
	return header
}

func (c *headerChain) GetHeaderByHash(hash common.Hash) *types.Header {
	header := c.byHash[hash]
	if header == nil {
		c.missing = true
	}
	return header
}

// The processor knows headers by hash alone.
func (c *headerChain) CurrentHeader() *types.Header           { panic("no current header") }
func (c *headerChain) GetHeaderByNumber(uint64) *types.Header { panic("no header by number") }
