package settle

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

const (
	encBytes     = 32
	depositBytes = 32
)

var paddedBytes = []int{1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16}

// keyring has the committee's private keys by their public ones.
type keyring map[common.Hash]*ecdh.PrivateKey

// newKeyring makes sure that each private key is the one of its public key: with a
// wrong one a payload would look like one that does not open.
func newKeyring(pairs []KeyPair) (keyring, *Refusal) {
	ring := keyring{}
	for i, pair := range pairs {
		key, err := ecdh.X25519().NewPrivateKey(pair.Private[:])
		if err != nil {
			return nil, refuse(CodeInput, "key %d: %v", i, err)
		}
		if !bytes.Equal(key.PublicKey().Bytes(), pair.Public[:]) {
			return nil, refuse(CodeCommitment, "key %d is not the private half of its public key", i)
		}
		ring[pair.Public] = key
	}
	return ring, nil
}

// open decrypts an entry's payload; nil where it does not open.
func (ring keyring) open(rules Rules, entry Entry) ([]byte, *Refusal) {
	key := ring[entry.EncryptionKey]
	if key == nil {
		return nil, refuse(CodeInput, "no key for entry %d", entry.Index)
	}
	if len(entry.Sealed) < encBytes {
		return nil, nil
	}
	private, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return nil, refuse(CodeInput, "key of entry %d: %v", entry.Index, err)
	}
	l1ChainID, inbox := number(rules.L1ChainID), address(rules.Inbox)
	kind, sender := number(entry.Kind), address(entry.Sender)
	info := append(append([]byte("ambrosia inbox 1"), l1ChainID[:]...), inbox[:]...)
	recipient, err := hpke.NewRecipient(entry.Sealed[:encBytes], private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info)
	if err != nil {
		return nil, nil
	}
	plaintext, err := recipient.Open(append(kind[:], sender[:]...), entry.Sealed[encBytes:])
	if err != nil {
		return nil, nil
	}
	return plaintext, nil
}

// withdrawal is a deposit as EIP-4895 credits it: to the recipient that its
// payload names, or to its sender where it names none.
func (ring keyring) withdrawal(rules Rules, entry Entry) (*types.Withdrawal, *Refusal) {
	plaintext, refusal := ring.open(rules, entry)
	if refusal != nil {
		return nil, refusal
	}
	to := entry.Sender
	if len(plaintext) == depositBytes && bytes.Equal(plaintext[20:], make([]byte, 12)) {
		to = common.BytesToAddress(plaintext[:20])
	}
	gwei := new(big.Int).Div(entry.Amount, big.NewInt(1e9))
	if !gwei.IsUint64() {
		return nil, refuse(CodeInput, "entry %d deposits more than L1 takes", entry.Index)
	}
	return &types.Withdrawal{Index: entry.Index, Address: to, Amount: gwei.Uint64()}, nil
}

// forced is the raw transaction of a forced entry; nil where it does not open or is
// not padded as it must be.
func (ring keyring) forced(rules Rules, entry Entry) ([]byte, *Refusal) {
	plaintext, refusal := ring.open(rules, entry)
	if refusal != nil || len(plaintext) < 4 {
		return nil, refusal
	}
	length := int(binary.BigEndian.Uint32(plaintext))
	if length > len(plaintext)-4 || len(plaintext) != paddedSize(length) {
		return nil, nil
	}
	for _, b := range plaintext[4+length:] {
		if b != 0 {
			return nil, nil
		}
	}
	return plaintext[4 : 4+length], nil
}

func paddedSize(length int) int {
	for _, size := range paddedBytes {
		if size >= length+4 {
			return size
		}
	}
	return -1
}
