package testblocks

import (
	"context"
	"fmt"
	"math/big"

	"ambrosia/block/stateless"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	gethstateless "github.com/ethereum/go-ethereum/core/stateless"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/trie"
)

// Forged makes inputs that the guest must refuse, each with the code it must
// refuse them with, out of the honest ones.
func Forged(honest []Case) []Case {
	byName := map[string]Case{}
	for _, c := range honest {
		byName[c.Name] = c
	}
	f := &forger{base: byName["transfers-10"]}
	f.header()
	f.body()
	f.witness()
	f.bytes()
	f.omissions(byName["guard"])
	f.omittedAncestor(byName["ancestor"])
	f.foreignState()
	return f.cases
}

type forger struct {
	base  Case
	cases []Case
}

func (f *forger) add(name, about string, code stateless.Code, input []byte) {
	f.cases = append(f.cases, Case{Name: "forged-" + name, About: about, Input: input, Code: code})
}

// change forges the base case by a function.
func (f *forger) change(name, about string, code stateless.Code, forge func(in *stateless.Input)) {
	in := decode(f.base.Input)
	forge(in)
	encoded, err := in.Encode()
	must(err)
	f.add(name, about, code, encoded)
}

func (f *forger) changeHeader(name string, code stateless.Code, forge func(h *types.Header)) {
	f.change(name, "the header's "+name, code, func(in *stateless.Input) { in.Block = withHeader(in.Block, forge) })
}

func decode(input []byte) *stateless.Input {
	in, err := stateless.Decode(input)
	must(err)
	return in
}

func withHeader(b *types.Block, forge func(h *types.Header)) *types.Block {
	header := b.Header()
	forge(header)
	return types.NewBlockWithHeader(header).WithBody(*b.Body())
}

// withBody replaces the body and, if rooted, the roots that commit to it.
func withBody(b *types.Block, rooted bool, forge func(body *types.Body)) *types.Block {
	body := *b.Body()
	forge(&body)
	header := b.Header()
	if rooted {
		header.TxHash = types.DeriveSha(types.Transactions(body.Transactions), trie.NewStackTrie(nil))
		root := types.DeriveSha(types.Withdrawals(body.Withdrawals), trie.NewStackTrie(nil))
		header.WithdrawalsHash = &root
	}
	return types.NewBlockWithHeader(header).WithBody(body)
}

func flipped(hash common.Hash) common.Hash {
	hash[3] ^= 1
	return hash
}

func flippedPointer(hash *common.Hash) *common.Hash {
	other := flipped(*hash)
	return &other
}

func (f *forger) header() {
	parent := decode(f.base.Input).Witness.Headers
	latest := parent[len(parent)-1]
	f.changeHeader("state-root", stateless.CodeStateRoot, func(h *types.Header) { h.Root = flipped(h.Root) })
	f.changeHeader("receipts-root", stateless.CodeReceiptsRoot, func(h *types.Header) { h.ReceiptHash = flipped(h.ReceiptHash) })
	f.changeHeader("gas-used", stateless.CodeGasUsed, func(h *types.Header) { h.GasUsed++ })
	f.changeHeader("logs-bloom", stateless.CodeLogsBloom, func(h *types.Header) { h.Bloom[3] ^= 1 })
	f.changeHeader("requests-hash", stateless.CodeRequestsHash, func(h *types.Header) { h.RequestsHash = flippedPointer(h.RequestsHash) })
	f.changeHeader("transactions-root", stateless.CodeBody, func(h *types.Header) { h.TxHash = flipped(h.TxHash) })
	f.changeHeader("withdrawals-root", stateless.CodeBody, func(h *types.Header) { h.WithdrawalsHash = flippedPointer(h.WithdrawalsHash) })
	f.changeHeader("parent-hash", stateless.CodeWitness, func(h *types.Header) { h.ParentHash = flipped(h.ParentHash) })
	// These make the block read accounts and slots that the honest witness lacks.
	f.changeHeader("coinbase", stateless.CodeWitness, func(h *types.Header) { h.Coinbase[0] ^= 1 })
	f.changeHeader("timestamp", stateless.CodeWitness, func(h *types.Header) { h.Time++ })
	f.changeHeader("beacon-root", stateless.CodeStateRoot, func(h *types.Header) { h.ParentBeaconRoot = flippedPointer(h.ParentBeaconRoot) })
	f.changeHeader("timestamp-of-parent", stateless.CodeHeader, func(h *types.Header) { h.Time = latest.Time })
	f.changeHeader("number", stateless.CodeHeader, func(h *types.Header) { h.Number = new(big.Int).Add(h.Number, common.Big1) })
	f.changeHeader("number-zero", stateless.CodeHeader, func(h *types.Header) { h.Number = new(big.Int) })
	f.changeHeader("difficulty", stateless.CodeHeader, func(h *types.Header) { h.Difficulty = big.NewInt(1) })
	f.changeHeader("nonce", stateless.CodeHeader, func(h *types.Header) { h.Nonce[0] = 1 })
	f.changeHeader("extra-data", stateless.CodeHeader, func(h *types.Header) { h.Extra = make([]byte, 33) })
	f.changeHeader("gas-limit", stateless.CodeHeader, func(h *types.Header) { h.GasLimit *= 2 })
	f.changeHeader("base-fee", stateless.CodeHeader, func(h *types.Header) { h.BaseFee = new(big.Int).Add(h.BaseFee, common.Big1) })
	f.changeHeader("uncle-hash", stateless.CodeHeader, func(h *types.Header) { h.UncleHash = flipped(h.UncleHash) })
	blob := uint64(131_072)
	f.changeHeader("blob-gas-used", stateless.CodeHeader, func(h *types.Header) { h.BlobGasUsed = &blob })
	f.changeHeader("excess-blob-gas", stateless.CodeHeader, func(h *types.Header) { h.ExcessBlobGas = &blob })
	f.changeHeader("access-list-hash", stateless.CodeHeader, func(h *types.Header) { h.BlockAccessListHash = &common.Hash{1} })
	f.changeHeader("slot-number", stateless.CodeHeader, func(h *types.Header) {
		h.BlockAccessListHash, h.SlotNumber = &common.Hash{1}, &blob
	})
}

func (f *forger) body() {
	raised := func(body *types.Body) {
		tx := body.Transactions[3]
		v, r, s := tx.RawSignatureValues()
		body.Transactions[3] = types.NewTx(&types.DynamicFeeTx{
			ChainID: tx.ChainId(), Nonce: tx.Nonce(), GasTipCap: tx.GasTipCap(), GasFeeCap: tx.GasFeeCap(), Gas: tx.Gas(),
			To: tx.To(), Value: new(big.Int).Add(tx.Value(), common.Big1), V: v, R: r, S: s,
		})
	}
	f.change("transaction", "a transaction's value, under its old signature: another, unknown sender", stateless.CodeWitness, func(in *stateless.Input) {
		in.Block = withBody(in.Block, true, raised)
	})
	f.change("transaction-not-rooted", "the same, and the header keeps its root", stateless.CodeBody, func(in *stateless.Input) {
		in.Block = withBody(in.Block, false, raised)
	})
	f.change("transaction-dropped", "the last transaction is left out", stateless.CodeGasUsed, func(in *stateless.Input) {
		in.Block = withBody(in.Block, true, func(body *types.Body) { body.Transactions = body.Transactions[:9] })
	})
	f.change("transaction-repeated", "a transaction runs twice", stateless.CodeTransaction, func(in *stateless.Input) {
		in.Block = withBody(in.Block, true, func(body *types.Body) { body.Transactions[9] = body.Transactions[0] })
	})
	f.change("withdrawal", "a withdrawal's amount, with its root", stateless.CodeStateRoot, func(in *stateless.Input) {
		in.Block = withBody(in.Block, true, func(body *types.Body) { body.Withdrawals[0].Amount++ })
	})
	f.change("withdrawal-index", "a withdrawal's index", stateless.CodeBody, func(in *stateless.Input) {
		in.Block = withBody(in.Block, false, func(body *types.Body) { body.Withdrawals[0].Index++ })
	})
	f.change("withdrawals-absent", "the body has no list of withdrawals", stateless.CodeBody, func(in *stateless.Input) {
		in.Block = withBody(in.Block, false, func(body *types.Body) { body.Withdrawals = nil })
	})
	f.change("uncle", "an uncle in the body", stateless.CodeBody, func(in *stateless.Input) {
		in.Block = withBody(in.Block, false, func(body *types.Body) { body.Uncles = in.Witness.Headers[:1] })
	})
}

func (f *forger) witness() {
	parent := func(in *stateless.Input) int { return len(in.Witness.Headers) - 1 }
	f.change("witness-node", "one bit of a trie node", stateless.CodeWitness, func(in *stateless.Input) {
		in.Witness.State[len(in.Witness.State)/2][7] ^= 1
	})
	f.change("witness-node-absent", "a trie node is left out", stateless.CodeWitness, func(in *stateless.Input) {
		in.Witness.State = in.Witness.State[1:]
	})
	f.change("witness-code", "one bit of a contract's code", stateless.CodeWitness, func(in *stateless.Input) {
		in.Witness.Codes[0][1] ^= 1
	})
	f.change("witness-parent-root", "the parent's state root", stateless.CodeWitness, func(in *stateless.Input) {
		header := types.CopyHeader(in.Witness.Headers[parent(in)])
		header.Root = flipped(header.Root)
		in.Witness.Headers[parent(in)] = header
	})
	f.change("witness-headers-absent", "no headers", stateless.CodeInput, func(in *stateless.Input) {
		in.Witness.Headers = nil
	})
}

func (f *forger) bytes() {
	input := f.base.Input
	f.add("bytes-trailing", "a byte after the end", stateless.CodeInput, append(append([]byte{}, input...), 0))
	f.add("bytes-truncated", "the last byte is missing", stateless.CodeInput, input[:len(input)-1])
	f.add("bytes-empty", "no input", stateless.CodeInput, nil)
}

// omissions leaves out one trie node or code at a time. Where core.ExecuteStateless
// then reports another post-state without an error, a header that agrees with it
// makes a forged block it would accept.
func (f *forger) omissions(honest Case) {
	in := decode(honest.Input)
	full := *in.Witness
	for i := range full.State {
		in.Witness.State = without(full.State, i)
		f.forgePostState(fmt.Sprintf("omitted-node-%d", i), "a post-state made by leaving out a trie node", in)
	}
	in.Witness.State = full.State
	for i := range full.Codes {
		in.Witness.Codes = without(full.Codes, i)
		f.forgePostState(fmt.Sprintf("omitted-code-%d", i), "a post-state made by leaving out a contract's code", in)
	}
}

func without(list []hexutil.Bytes, i int) []hexutil.Bytes {
	return append(append([]hexutil.Bytes{}, list[:i]...), list[i+1:]...)
}

// omittedAncestor leaves out all headers but the parent's: BLOCKHASH becomes zero.
func (f *forger) omittedAncestor(honest Case) {
	in := decode(honest.Input)
	for _, header := range in.Witness.Headers {
		if header.Hash() == in.Block.ParentHash() {
			in.Witness.Headers = []*types.Header{header}
			break
		}
	}
	f.forgePostState("omitted-ancestor", "a post-state made by leaving out an ancestor's header", in)
}

// foreignState gives the parent and, with a higher number, the header of a chain
// where the sender of a transfer is richer.
func (f *forger) foreignState() {
	rich := newChainMaker()
	account := rich.genesis.Alloc[rich.addresses[0]]
	account.Balance = new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil)
	rich.genesis.Alloc[rich.addresses[0]] = account
	in := decode(rich.run([]block{transfers(1)})[0].Input)
	truth := newChainMaker().genesis.ToBlock().Header()
	foreign := types.CopyHeader(in.Witness.Headers[0])
	foreign.Number = big.NewInt(1000)
	in.Witness.Headers = []*types.Header{truth, foreign}
	in.Block = withHeader(in.Block, func(h *types.Header) { h.ParentHash = truth.Hash() })
	f.forgePostState("foreign-state", "a post-state computed on the state of another chain", in)
}

// forgePostState adds the input with the header that core.ExecuteStateless accepts,
// if that is another block than the input's.
func (f *forger) forgePostState(name, about string, in *stateless.Input) {
	gasUsed := in.Block.GasUsed()
	for range 2 { // the first run may tell what gas the forged block uses
		header := withHeader(in.Block, func(h *types.Header) {
			h.Root, h.ReceiptHash, h.GasUsed = common.Hash{}, common.Hash{}, gasUsed
		})
		witness := new(gethstateless.Witness)
		must(witness.FromExtWitness(in.Witness))
		root, receipts, err := core.ExecuteStateless(context.Background(), stateless.Config(), vm.Config{DisableParallelExecution: true}, header, witness)
		var remote, local uint64
		if err != nil {
			if n, _ := fmt.Sscanf(err.Error(), "invalid gas used (remote: %d local: %d)", &remote, &local); n == 2 {
				gasUsed = local
				continue
			}
			return
		}
		if root == in.Block.Root() {
			return
		}
		forged := &stateless.Input{Witness: in.Witness, Block: withHeader(in.Block, func(h *types.Header) {
			h.Root, h.ReceiptHash, h.GasUsed = root, receipts, gasUsed
		})}
		encoded, err := forged.Encode()
		must(err)
		f.add(name, about, stateless.CodeWitness, encoded)
		return
	}
}
