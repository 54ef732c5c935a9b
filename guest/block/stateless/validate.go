package stateless

import (
	"context"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus"
	"github.com/ethereum/go-ethereum/consensus/beacon"
	"github.com/ethereum/go-ethereum/consensus/ethash"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/stateless"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/triedb"
)

// Code says what a refused input failed on. It is the guest's exit code.
type Code int

// 0 accepts; 2 is a panic of the Go runtime.
const (
	CodeInput        Code = 16 // cannot be decoded
	CodeWitness      Code = 17 // a trie node, code or header that is needed is missing
	CodeHeader       Code = 18 // the header breaks a rule of the chain, or does not follow its parent
	CodeBody         Code = 19 // the body is not what the header commits to
	CodeTransaction  Code = 20 // a transaction cannot be executed
	CodeGasUsed      Code = 21
	CodeLogsBloom    Code = 22
	CodeReceiptsRoot Code = 23
	CodeRequestsHash Code = 24
	CodeStateRoot    Code = 25
	CodeState        Code = 26 // another result of execution differs
)

// Refusal is why a block is not valid.
type Refusal struct {
	Code   Code
	Reason string
}

func (r *Refusal) Error() string { return r.Reason }

func refuse(code Code, format string, args ...any) *Refusal {
	return &Refusal{code, fmt.Sprintf(format, args...)}
}

// Validate executes the block on its witness and checks everything its hash
// commits to. nil means: under Config, the block is a valid child of the header
// whose hash is its parent hash. Whether that parent is the right one is for the
// reader of the answer to decide.
//
// core.ExecuteStateless alone accepts forged blocks: it takes the pre-state from
// the witness header with the highest number and not from the parent, ignores the
// error that a missing trie node or code leaves behind, lets BLOCKHASH be zero
// where an ancestor is left out, and checks neither header nor body. Hence:
//   - the parent is the witness header with the block's parent hash, and the
//     pre-state is that header's root;
//   - a header or database entry that was looked for and not found is a refusal,
//     whatever the result;
//   - header rules, body roots and all results of the execution are checked by
//     go-ethereum's own functions.
//
// Only MixDigest (PREVRANDAO) of the header is free: nothing here can know it.
func Validate(config *params.ChainConfig, in *Input) *Refusal {
	block := in.Block
	chain := newHeaderChain(config, in.Witness.Headers)
	parent, refusal := checkHeader(chain, block)
	if refusal != nil {
		return refusal
	}
	if refusal := checkBody(config, block); refusal != nil {
		return refusal
	}
	database, err := openState(in.Witness, parent)
	if err != nil {
		return refuse(CodeWitness, "pre-state: %v", err)
	}
	processor := core.NewStateProcessor(chain)
	results, err := processor.Process(context.Background(), block, database, nil, nil, vm.Config{DisableParallelExecution: true}, nil)
	if refusal := checkComplete(chain, database); refusal != nil {
		return refusal
	}
	if err != nil {
		return refuse(CodeTransaction, "%v", err)
	}
	err = core.NewBlockValidator(config, nil).ValidateState(block, database, results, false)
	// Computing the state root reads more of the tries.
	if refusal := checkComplete(chain, database); refusal != nil {
		return refusal
	}
	if err != nil {
		return refuse(stateCode(err), "%v", err)
	}
	return nil
}

func checkHeader(chain *headerChain, block *types.Block) (*types.Header, *Refusal) {
	header := block.Header()
	parent := chain.byHash[header.ParentHash]
	if parent == nil {
		return nil, refuse(CodeWitness, "the parent's header is not in the witness")
	}
	if parent.Number.Uint64()+1 != header.Number.Uint64() || header.Number.Sign() == 0 {
		return nil, refuse(CodeHeader, "block %v cannot follow block %v", header.Number, parent.Number)
	}
	if header.Difficulty.Sign() != 0 || parent.Difficulty.Sign() != 0 {
		return nil, refuse(CodeHeader, "difficulty is not zero")
	}
	if err := chain.engine.VerifyHeader(chain, header); err != nil {
		return nil, refuse(CodeHeader, "%v", err)
	}
	if header.RequestsHash == nil {
		return nil, refuse(CodeHeader, "missing requestsHash")
	}
	if *header.BlobGasUsed != 0 {
		return nil, refuse(CodeHeader, "the chain has no blobs")
	}
	return parent, nil
}

// checkBody is what core.BlockValidator.ValidateBody does without its database.
func checkBody(config *params.ChainConfig, block *types.Block) *Refusal {
	header := block.Header()
	if config.IsOsaka(block.Number(), block.Time()) && block.Size() > params.MaxBlockSize {
		return refuse(CodeBody, "%v", core.ErrBlockOversized)
	}
	if len(block.Uncles()) != 0 {
		return refuse(CodeBody, "the block has uncles")
	}
	if block.AccessList() != nil {
		return refuse(CodeBody, "the block has an access list")
	}
	for i, tx := range block.Transactions() {
		if tx.Type() == types.BlobTxType || len(tx.BlobHashes()) != 0 || tx.BlobTxSidecar() != nil {
			return refuse(CodeBody, "transaction %d carries blobs", i)
		}
	}
	if types.DeriveSha(block.Transactions(), trie.NewStackTrie(nil)) != header.TxHash {
		return refuse(CodeBody, "transactions root mismatch")
	}
	if block.Withdrawals() == nil || header.WithdrawalsHash == nil {
		return refuse(CodeBody, "missing withdrawals")
	}
	if types.DeriveSha(block.Withdrawals(), trie.NewStackTrie(nil)) != *header.WithdrawalsHash {
		return refuse(CodeBody, "withdrawals root mismatch")
	}
	return nil
}

func openState(external *stateless.ExtWitness, parent *types.Header) (*state.StateDB, error) {
	witness := new(stateless.Witness)
	if err := witness.FromExtWitness(external); err != nil {
		return nil, err
	}
	// Entries are keyed by their hashes: what was tampered with is not found.
	entries := witness.MakeHashDB()
	nodes := triedb.NewDatabase(entries, triedb.HashDefaults)
	return state.New(parent.Root, state.NewDatabase(nodes, state.NewCodeDB(entries)))
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

// stateCode tells the mismatches of ValidateState apart, which has no error values
// for them. An unknown text is a refusal all the same.
func stateCode(err error) Code {
	for prefix, code := range map[string]Code{
		"invalid gas used":          CodeGasUsed,
		"invalid bloom":             CodeLogsBloom,
		"invalid receipt root hash": CodeReceiptsRoot,
		"invalid requests hash":     CodeRequestsHash,
		"invalid merkle root":       CodeStateRoot,
	} {
		if strings.HasPrefix(err.Error(), prefix) {
			return code
		}
	}
	return CodeState
}

// headerChain gives the processor the witness's headers by their hashes, and
// remembers whether it was asked for one that is not there.
type headerChain struct {
	config  *params.ChainConfig
	engine  consensus.Engine
	byHash  map[common.Hash]*types.Header
	missing bool
}

func newHeaderChain(config *params.ChainConfig, headers []*types.Header) *headerChain {
	chain := &headerChain{config, beacon.New(ethash.NewFaker()), make(map[common.Hash]*types.Header, len(headers)), false}
	for _, header := range headers {
		chain.byHash[header.Hash()] = header
	}
	return chain
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

// The processor knows headers by hash alone: a chain of headers has no other order.
func (c *headerChain) CurrentHeader() *types.Header           { panic("no current header") }
func (c *headerChain) GetHeaderByNumber(uint64) *types.Header { panic("no header by number") }
