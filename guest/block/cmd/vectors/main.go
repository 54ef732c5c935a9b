// Command vectors is a guest for the tests: it runs precompiled contracts on the
// machine and compares what they return with what its input says they must.
//
// Input, little-endian, repeated: address u16, u8 that is 1 if the call must fail,
// length u32 and bytes of the call's input, length u32 and bytes of its result.
// Exit 0 and the number of calls, or exit 1 and the first call that differs.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"strconv"

	"ambrosia/machine"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
)

func main() {
	rest := machine.Input()
	take := func(n int) []byte {
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	calls := 0
	for ; len(rest) > 0; calls++ {
		address := common.BigToAddress(big.NewInt(int64(binary.LittleEndian.Uint16(take(2)))))
		mustFail := take(1)[0] == 1
		input := take(int(binary.LittleEndian.Uint32(take(4))))
		expected := take(int(binary.LittleEndian.Uint32(take(4))))
		contract := vm.PrecompiledContractsOsaka[address]
		if contract == nil {
			differ(calls, "no contract at "+address.Hex())
		}
		result, err := contract.Run(input)
		switch {
		case mustFail && err == nil:
			differ(calls, "did not fail")
		case !mustFail && err != nil:
			differ(calls, err.Error())
		case !mustFail && !bytes.Equal(result, expected):
			differ(calls, "returned "+hex.EncodeToString(result))
		}
	}
	machine.WriteString(strconv.Itoa(calls) + "\n")
	machine.Exit(0)
}

func differ(call int, how string) {
	machine.WriteString("call " + strconv.Itoa(call) + ": " + how + "\n")
	machine.Exit(1)
}
