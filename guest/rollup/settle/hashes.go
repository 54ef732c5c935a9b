package settle

import (
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// word is one 32-byte word as abi.encode makes it: big-endian, on the right.
type word = common.Hash

func number(value uint64) (w word) {
	binary.BigEndian.PutUint64(w[24:], value)
	return w
}

func address(value common.Address) (w word) {
	copy(w[12:], value[:])
	return w
}

func integer(value *big.Int) word { return common.BigToHash(value) }

// hashWords is K(abi(...)).
func hashWords(words ...word) common.Hash {
	joined := make([]byte, 0, 32*len(words))
	for _, w := range words {
		joined = append(joined, w[:]...)
	}
	return crypto.Keccak256Hash(joined)
}

// State is what an assertion starts from or leads to.
type State struct {
	BatchCount      uint64
	Accumulator     common.Hash
	BlockCommitment common.Hash
	OutboxRoot      common.Hash
}

func (s State) hash() common.Hash {
	return hashWords(number(s.BatchCount), s.Accumulator, s.BlockCommitment, s.OutboxRoot)
}

// Digest is what the guest answers with: the statement that a claim stands for.
func Digest(rules Rules, before, after State) common.Hash {
	return hashWords(rules.hash(), before.hash(), after.hash())
}

func (r Rules) hash() common.Hash {
	return hashWords(number(r.L1ChainID), address(r.Inbox), number(r.ChainID), number(r.GasLimit),
		address(r.FeeRecipient), number(r.MaximumDrift), number(r.RecordGas))
}

func (e Entry) leaf() common.Hash {
	return hashWords(number(e.Kind), number(e.Index), number(e.Timestamp), address(e.Sender), address(e.Token),
		integer(e.Amount), e.Commitment, crypto.Keccak256Hash(e.Sealed), e.EncryptionKey, e.MetadataHash)
}

func (b Batch) accumulate(before common.Hash) common.Hash {
	return hashWords(before, b.Commitment, number(b.InboxCount), b.Anchor, number(b.L1Timestamp))
}

// commitment of salt and body; 1 is the version of the format.
func (b Batch) opened() common.Hash {
	return crypto.Keccak256Hash([]byte{1}, b.Salt[:], b.Body)
}
