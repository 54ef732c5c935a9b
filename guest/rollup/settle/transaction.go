package settle

import (
	"math/big"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

const transactionBytes = 131_072

// layouts: position of the gas limit and number of fields by type.
var layouts = map[byte]struct{ gasLimit, fields int }{0: {2, 9}, 1: {3, 11}, 2: {4, 12}, 4: {4, 13}}

// decodeTransaction is nil for a transaction that is dropped whatever the state is.
func decodeTransaction(rules Rules, raw []byte, isForced bool) *types.Transaction {
	if !mayStand(rules, raw, isForced) {
		return nil
	}
	tx := new(types.Transaction)
	if tx.UnmarshalBinary(raw) != nil {
		return nil
	}
	return tx
}

// mayStand is the part of the dropping rule that needs the bytes alone.
func mayStand(rules Rules, raw []byte, isForced bool) bool {
	if len(raw) == 0 || len(raw) > transactionBytes {
		return false
	}
	kind, list := raw[0], raw[1:]
	if kind >= 0xc0 {
		kind, list = 0, raw
	} else if kind == 0 {
		return false
	}
	layout, isKnown := layouts[kind]
	var fields []any
	if !isKnown || rlp.DecodeBytes(list, &fields) != nil || len(fields) != layout.fields {
		return false
	}
	gasLimit, hasLimit := toInteger(fields[layout.gasLimit])
	chainID, hasChain := toInteger(fields[0])
	if kind == 0 {
		chainID, hasChain = legacyChainID(fields[6])
	}
	if !hasLimit || !hasChain || chainID != rules.ChainID {
		return false
	}
	return !isForced || gasLimit <= rules.GasLimit/forcedPerBlock
}

// legacyChainID by EIP-155: v = 35 + 2 chain id + parity; 27 and 28 name no chain.
func legacyChainID(v any) (uint64, bool) {
	value, ok := toInteger(v)
	if ok && value >= 35 {
		return (value - 35) / 2, true
	}
	return 0, ok
}

// toInteger reads an unsigned integer of at most eight bytes without leading zeros.
func toInteger(field any) (uint64, bool) {
	digits, ok := field.([]byte)
	if !ok || len(digits) > 8 || len(digits) > 0 && digits[0] == 0 {
		return 0, false
	}
	return new(big.Int).SetBytes(digits).Uint64(), true
}
