package testblocks

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/vm/program"
	gethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/crypto/kzg4844"
)

// Honest makes the blocks that the guest must accept.
func Honest() []Case {
	chain := newChainMaker()
	blocks := []block{
		{"empty", "no transactions", func(*chainMaker, *core.BlockGen) {}, false},
		transfers(1), transfers(10), transfers(100),
		tokens(1), tokens(10), tokens(100),
		{"deploy", "a contract of 8 KiB is created", deploy, false},
		{"guard", "a contract reads and writes storage and calls another", call(guardAddress), false},
		{"ancestor", "a contract reads the hash of an earlier block", ancestor(3), false},
		{"precompiles", "every precompiled contract, valid and invalid input", precompiles, false},
	}
	return chain.run(blocks)
}

func transfers(n int) block {
	return block{fmt.Sprintf("transfers-%d", n), "transfers of ether between accounts", func(c *chainMaker, gen *core.BlockGen) {
		for i := range n {
			c.send(gen, i%senders, c.recipient(i), 21_000, 1, nil)
		}
	}, false}
}

func tokens(n int) block {
	return block{fmt.Sprintf("tokens-%d", n), "transfers of a token", func(c *chainMaker, gen *core.BlockGen) {
		for i := range n {
			data := append(common.LeftPadBytes(c.recipient(i)[:], 32), common.LeftPadBytes([]byte{5}, 32)...)
			c.send(gen, i%senders, &tokenAddress, 100_000, 0, data)
		}
	}, false}
}

func deploy(c *chainMaker, gen *core.BlockGen) {
	code := program.New().ReturnViaCodeCopy(make([]byte, 8<<10)).Bytes()
	c.send(gen, 0, nil, 3_000_000, 0, code)
}

func call(address common.Address) func(*chainMaker, *core.BlockGen) {
	return func(c *chainMaker, gen *core.BlockGen) { c.send(gen, 0, &address, 200_000, 0, nil) }
}

func ancestor(distance int64) func(*chainMaker, *core.BlockGen) {
	return func(c *chainMaker, gen *core.BlockGen) {
		data := common.BigToHash(big.NewInt(distance))
		c.send(gen, 0, &ancestorAddress, 200_000, 0, data[:])
	}
}

// Ancestors makes a chain whose last block reads the oldest hash that BLOCKHASH
// gives, 256 blocks back, and returns that block.
func Ancestors() Case {
	chain := newChainMaker()
	blocks := make([]block, 258)
	for i := range blocks {
		blocks[i] = block{"empty", "no transactions", func(*chainMaker, *core.BlockGen) {}, false}
	}
	blocks = append(blocks, block{"ancestors", "a contract reads the oldest hash there is", ancestor(256), false})
	cases := chain.run(blocks)
	return cases[len(cases)-1]
}

// precompiles calls each of them through the caller contract, whose storage then
// depends on what they return. The library versions behind some of them differ
// between the guest and this computer (guest/toolchain/moduleChanges.ts).
func precompiles(c *chainMaker, gen *core.BlockGen) {
	for _, input := range precompileInputs() {
		address := common.BigToHash(big.NewInt(input.address))
		c.send(gen, 0, &callerAddress, 6_000_000, 0, join(address[:], input.data))
	}
}

type precompileInput struct {
	address int64
	data    []byte
}

func precompileInputs() []precompileInput {
	g1 := words("1", "2")
	g1Negated := words("1", "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45")
	g2 := words("198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2",
		"1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
		"090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b",
		"12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa")
	recovery := recoveryInput()
	badRecovery := append([]byte{}, recovery...)
	badRecovery[63] = 9
	blake := append([]byte{0, 0, 0, 12}, append(make([]byte, 208), 1)...)
	blsG1 := common.FromHex("0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb" +
		"0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1")
	blsG2 := common.FromHex("00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8" +
		"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e" +
		"000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801" +
		"000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be")
	scalar := words("1234567890abcdef1234567890abcdef")
	field := make([]byte, 64)
	field[63] = 9
	opening := kzgInput()
	badOpening := append([]byte{}, opening...)
	badOpening[95] ^= 1
	signature := p256Input()
	badSignature := append([]byte{}, signature...)
	badSignature[40] ^= 1
	return []precompileInput{
		{0x01, recovery}, {0x01, badRecovery},
		{0x02, []byte("sha-256")}, {0x03, []byte("ripemd-160")}, {0x04, []byte("identity")},
		{0x05, modexpInput(32)}, {0x05, modexpInput(64)},
		{0x06, append(g1, g1...)}, {0x06, words("1", "3")},
		{0x07, append(append([]byte{}, g1...), scalar...)},
		{0x08, join(g1, g2, g1Negated, g2)}, {0x08, join(g1, g2)}, {0x08, join(g1, g2[:96], scalar)},
		{0x09, blake},
		{0x0a, opening}, {0x0a, badOpening},
		{0x0b, join(blsG1, blsG1)}, {0x0c, join(blsG1, scalar)}, {0x0d, join(blsG2, blsG2)}, {0x0e, join(blsG2, scalar)},
		{0x0f, join(blsG1, blsG2)}, {0x10, field}, {0x11, join(field, field)},
		{0x100, signature}, {0x100, badSignature},
	}
}

func join(parts ...[]byte) []byte {
	var all []byte
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func words(hex ...string) []byte {
	var all []byte
	for _, word := range hex {
		value, ok := new(big.Int).SetString(word, 16)
		if !ok {
			panic("not hexadecimal: " + word)
		}
		all = append(all, common.BigToHash(value).Bytes()...)
	}
	return all
}

func recoveryInput() []byte {
	hash := gethcrypto.Keccak256([]byte("a message"))
	key, err := gethcrypto.ToECDSA(gethcrypto.Keccak256([]byte("a key")))
	must(err)
	signature, err := gethcrypto.Sign(hash, key)
	must(err)
	return join(hash, common.LeftPadBytes([]byte{27 + signature[64]}, 32), signature[:64])
}

// modexpInput has a base and an exponent of n bytes of ones, and an odd modulus.
func modexpInput(n int) []byte {
	length := common.LeftPadBytes([]byte{byte(n)}, 32)
	ones := make([]byte, n)
	for i := range ones {
		ones[i] = 0xff
	}
	modulus := append([]byte{0x7f}, ones[1:]...)
	modulus[n-1] = 0xfd
	return join(length, length, length, ones, ones, modulus)
}

// kzgInput opens the commitment to a small polynomial (EIP-4844, point evaluation).
func kzgInput() []byte {
	var blob kzg4844.Blob
	for i := range 20 {
		blob[i*32+31] = byte(i*i + 1)
	}
	var point kzg4844.Point
	point[31] = 7
	commitment, err := kzg4844.BlobToCommitment(&blob)
	must(err)
	proof, claim, err := kzg4844.ComputeProof(&blob, point)
	must(err)
	hash := sha256.Sum256(commitment[:])
	hash[0] = 1
	return join(hash[:], point[:], claim[:], commitment[:], proof[:])
}

// p256Input is a signature made without randomness (RFC 6979).
func p256Input() []byte {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), gethcrypto.Keccak256([]byte("another key")))
	must(err)
	hash := gethcrypto.Keccak256([]byte("another message"))
	der, err := key.Sign(nil, hash, crypto.SHA256)
	must(err)
	var signature struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(der, &signature)
	must(err)
	public, err := key.PublicKey.Bytes()
	must(err)
	return join(hash, common.BigToHash(signature.R).Bytes(), common.BigToHash(signature.S).Bytes(), public[1:])
}
