package settle

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/stateless"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
)

// messenger keeps the outbox root in its first slot.
var messenger = common.HexToAddress("0x000000000000000000000000000000000000a001")

// follower is where the blocks have come to.
type follower struct {
	in      *Input
	keys    keyring
	anchors map[uint64]common.Hash // by count
	first   uint64                 // entries consumed before all of this
	head    *types.Header
	made    map[common.Hash]*types.Header
	blocks  int
	salt    common.Hash
}

// Follow leads from the state before to the state after, or says why the input does
// not show it.
func Follow(in *Input) (State, *Refusal) {
	f, refusal := start(in)
	if refusal != nil {
		return State{}, refusal
	}
	accumulator := in.Before.Accumulator
	for i, batch := range in.Batches {
		if refusal := f.record(i, batch); refusal != nil {
			return State{}, refusal
		}
		accumulator = batch.accumulate(accumulator)
	}
	if f.blocks != len(in.Witnesses) || f.count()-f.first != uint64(len(in.Entries)) {
		return State{}, refuse(CodeInput, "there are witnesses or entries of no block")
	}
	outboxRoot, refusal := f.outboxRoot()
	if refusal != nil {
		return State{}, refusal
	}
	return State{
		BatchCount:      in.Before.BatchCount + uint64(len(in.Batches)),
		Accumulator:     accumulator,
		BlockCommitment: hashWords(f.salt, f.head.Hash()),
		OutboxRoot:      outboxRoot,
	}, nil
}

func start(in *Input) (*follower, *Refusal) {
	head := new(types.Header)
	if err := rlp.DecodeBytes(in.Before.Header, head); err != nil {
		return nil, refuse(CodeInput, "parent header: %v", err)
	}
	if head.Number == nil || head.Difficulty == nil || head.BaseFee == nil || head.ParentBeaconRoot == nil || len(head.Extra) != 8 {
		return nil, refuse(CodeInput, "the parent header is of no such chain")
	}
	if hashWords(in.Before.Salt, crypto.Keccak256Hash(in.Before.Header)) != in.Before.BlockCommitment {
		return nil, refuse(CodeCommitment, "the parent header is not what the state before commits to")
	}
	keys, refusal := newKeyring(in.Keys)
	if refusal != nil {
		return nil, refusal
	}
	f := &follower{
		in: in, keys: keys, anchors: map[uint64]common.Hash{}, head: head, salt: in.Before.Salt,
		made: map[common.Hash]*types.Header{head.Hash(): head},
	}
	f.first = f.count()
	tree, err := newFrontier(f.first, in.Subtrees)
	if err != nil {
		return nil, refuse(CodeInput, "%v", err)
	}
	// Genesis has consumed nothing, and names no anchor.
	isGenesis := head.Number.Sign() == 0
	if isGenesis && f.first != 0 || !isGenesis && tree.anchor() != *head.ParentBeaconRoot {
		return nil, refuse(CodeCommitment, "the frontier is not that of the parent's anchor")
	}
	f.anchors[f.first] = tree.anchor()
	for i, entry := range in.Entries {
		if entry.Index != f.first+uint64(i) {
			return nil, refuse(CodeCommitment, "entry %d is not at its place", entry.Index)
		}
		tree.append(entry.leaf())
		f.anchors[entry.Index+1] = tree.anchor()
	}
	return f, nil
}

func (f *follower) count() uint64 { return binary.BigEndian.Uint64(f.head.Extra) }

// record makes the blocks that one record means.
func (f *follower) record(i int, batch Batch) *Refusal {
	// Every entry up to the anchor is bound by it, those of blocks before it too.
	if f.anchors[batch.InboxCount] != batch.Anchor || batch.InboxCount < f.count() {
		return refuse(CodeCommitment, "the entries are not those of the anchor of record %d", i)
	}
	hasData := batch.Commitment != common.Hash{}
	if hasData && batch.opened() != batch.Commitment {
		return refuse(CodeCommitment, "the body of record %d is not what it commits to", i)
	}
	var blocks []bodyBlock
	salt := common.Hash{}
	if hasData {
		blocks, salt = decodeBody(batch.Body), batch.Salt
	}
	f.salt = hashWords(f.salt, salt)
	at := cursor{timestamp: f.head.Time, count: f.count()}
	for {
		entries := f.in.Entries[at.count-f.first : batch.InboxCount-f.first]
		block, isThere := at.next(f.in.Rules, batch, blocks, entries)
		if !isThere {
			return nil
		}
		if refusal := f.block(block); refusal != nil {
			return refusal
		}
		at.gasUsed += f.head.GasUsed
	}
}

func (f *follower) block(block bodyBlock) *Refusal {
	a, refusal := f.attributes(block)
	if refusal != nil {
		return refusal
	}
	if f.blocks == len(f.in.Witnesses) {
		return refuse(CodeWitness, "block %v has no witness", f.head.Number)
	}
	header, refusal := execute(f.in.Rules, f.head, f.made, a, f.in.Witnesses[f.blocks])
	if refusal != nil {
		return refusal
	}
	f.head = header
	f.made[header.Hash()] = header
	f.blocks++
	return nil
}

func (f *follower) attributes(block bodyBlock) (attributes, *Refusal) {
	rules := f.in.Rules
	a := attributes{
		timestamp: block.Timestamp, count: block.Count, anchor: f.anchors[block.Count],
		withdrawals: types.Withdrawals{},
	}
	candidate := func(raw []byte, isForced bool) {
		if tx := decodeTransaction(rules, raw, isForced); tx != nil {
			a.candidates = append(a.candidates, tx)
		}
	}
	for _, entry := range f.in.Entries[f.count()-f.first : block.Count-f.first] {
		switch entry.Kind {
		case kindDeposit:
			withdrawal, refusal := f.keys.withdrawal(rules, entry)
			if refusal != nil {
				return a, refusal
			}
			a.withdrawals = append(a.withdrawals, withdrawal)
		case kindForced:
			raw, refusal := f.keys.forced(rules, entry)
			if refusal != nil {
				return a, refusal
			}
			candidate(raw, true)
		}
	}
	for _, raw := range block.Transactions {
		candidate(raw, false)
	}
	return a, nil
}

// outboxRoot reads the root of the messages to L1 out of the last state.
func (f *follower) outboxRoot() (common.Hash, *Refusal) {
	if f.blocks == 0 {
		return f.in.Before.OutboxRoot, nil
	}
	witness := &stateless.ExtWitness{Headers: []*types.Header{f.head}}
	for _, node := range f.in.OutboxProof {
		witness.State = append(witness.State, node)
	}
	database, err := openState(witness, f.head.Root)
	if err != nil {
		return common.Hash{}, refuse(CodeWitness, "outbox: %v", err)
	}
	root := database.GetState(messenger, common.Hash{})
	if err := database.Error(); err != nil {
		return common.Hash{}, refuse(CodeWitness, "outbox: %v", err)
	}
	return root, nil
}
