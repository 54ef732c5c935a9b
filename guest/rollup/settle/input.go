// Package settle follows what L1 has of a network to the state that it means:
// records to batches, batches to blocks, blocks executed on witnesses. The rules
// are those of docs/protocol/rollup.md; packages/rollup is the same in TypeScript,
// and vectors/rollup binds the two.
package settle

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/stateless"
	"github.com/ethereum/go-ethereum/rlp"
)

// Rules are what every block of a network follows.
type Rules struct {
	L1ChainID    uint64
	Inbox        common.Address
	ChainID      uint64
	GasLimit     uint64
	FeeRecipient common.Address
	MaximumDrift uint64
	RecordGas    uint64
}

// Before is the state that the assertion starts from, and what opens its block
// commitment.
type Before struct {
	BatchCount      uint64
	Accumulator     common.Hash
	BlockCommitment common.Hash
	OutboxRoot      common.Hash
	Salt            common.Hash
	Header          []byte
}

// State is the one that the assertion starts from.
func (in *Input) State() State {
	b := in.Before
	return State{b.BatchCount, b.Accumulator, b.BlockCommitment, b.OutboxRoot}
}

// KeyPair of the committee.
type KeyPair struct{ Public, Private common.Hash }

// Batch is a record of L1 with what its commitment opens to.
type Batch struct {
	Commitment  common.Hash
	InboxCount  uint64
	Anchor      common.Hash
	L1Timestamp uint64
	Salt        common.Hash
	Body        []byte
}

// Kinds of entries.
const (
	kindDeposit = 1
	kindForced  = 3
)

// Entry of the inbox, as L1 has it.
type Entry struct {
	Kind          uint64
	Index         uint64
	Timestamp     uint64
	Sender        common.Address
	Token         common.Address
	Amount        *big.Int
	Commitment    common.Hash
	Sealed        []byte
	EncryptionKey common.Hash
	MetadataHash  common.Hash
}

// Input is everything that an assertion follows from.
type Input struct {
	Rules       Rules
	Before      Before
	Subtrees    []common.Hash
	Keys        []KeyPair
	Batches     []Batch
	Entries     []Entry
	Witnesses   []*stateless.ExtWitness
	OutboxProof [][]byte
}

// Decode reads an input. It refuses bytes after the end and numbers out of range,
// so that the rest may compute with what it is given.
func Decode(data []byte) (*Input, error) {
	in := new(Input)
	if err := rlp.DecodeBytes(data, in); err != nil {
		return nil, err
	}
	for i, entry := range in.Entries {
		if entry.Amount.BitLen() > 256 {
			return nil, fmt.Errorf("entry %d: amount out of range", i)
		}
	}
	for i, witness := range in.Witnesses {
		if witness == nil || len(witness.Headers) == 0 {
			return nil, fmt.Errorf("witness %d has no headers", i)
		}
		for _, header := range witness.Headers {
			if header == nil || header.Number == nil || header.Difficulty == nil {
				return nil, errors.New("a witness header is incomplete")
			}
			if err := header.SanityCheck(); err != nil {
				return nil, err
			}
		}
	}
	return in, nil
}
