// Package stateless validates one block from a witness: the block's own
// transactions run in go-ethereum's block processor over the trie nodes, codes
// and headers that came with it, and nothing else.
package stateless

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/core/stateless"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rlp"
)

// ChainID of the layer-2 chain whose blocks are validated.
const ChainID = 777001

// Config returns the chain's rules: every fork through Osaka from genesis, no
// blobs. It is compiled into the guest, so the program id commits to it.
func Config() *params.ChainConfig {
	start := new(uint64)
	zero := new(big.Int)
	return &params.ChainConfig{
		ChainID:                 big.NewInt(ChainID),
		HomesteadBlock:          zero,
		EIP150Block:             zero,
		EIP155Block:             zero,
		EIP158Block:             zero,
		ByzantiumBlock:          zero,
		ConstantinopleBlock:     zero,
		PetersburgBlock:         zero,
		IstanbulBlock:           zero,
		MuirGlacierBlock:        zero,
		BerlinBlock:             zero,
		LondonBlock:             zero,
		ArrowGlacierBlock:       zero,
		GrayGlacierBlock:        zero,
		MergeNetsplitBlock:      zero,
		TerminalTotalDifficulty: zero,
		ShanghaiTime:            start,
		CancunTime:              start,
		PragueTime:              start,
		OsakaTime:               start,
		Ethash:                  new(params.EthashConfig),
		BlobScheduleConfig: &params.BlobScheduleConfig{
			Cancun: params.DefaultCancunBlobConfig,
			Prague: params.DefaultPragueBlobConfig,
		},
	}
}

// Input is the guest's whole input: RLP of the block and of its witness, in the
// form execution clients exchange (go-ethereum's ExtWitness).
type Input struct {
	Block   *types.Block
	Witness *stateless.ExtWitness
}

// Encode is the input's bytes.
func (in *Input) Encode() ([]byte, error) { return rlp.EncodeToBytes(in) }

// Decode reads an input. It refuses bytes after the end, numbers out of range and
// a witness without headers, so that the rest may compute with what it is given.
func Decode(data []byte) (*Input, error) {
	in := new(Input)
	if err := rlp.DecodeBytes(data, in); err != nil {
		return nil, err
	}
	if in.Block == nil || in.Witness == nil || len(in.Witness.Headers) == 0 {
		return nil, errors.New("no block, or no headers in the witness")
	}
	if err := assertHeader(in.Block.Header()); err != nil {
		return nil, fmt.Errorf("block header: %w", err)
	}
	for i, header := range in.Witness.Headers {
		if err := assertHeader(header); err != nil {
			return nil, fmt.Errorf("witness header %d: %w", i, err)
		}
	}
	return in, nil
}

func assertHeader(header *types.Header) error {
	if header == nil || header.Number == nil || header.Difficulty == nil {
		return errors.New("incomplete")
	}
	return header.SanityCheck()
}
