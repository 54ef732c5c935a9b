//go:build ambrosia

package machine

import (
	"syscall"
	"unsafe"
)

// The machine's memory map.
const (
	inputAt        = 0x8000_0000   // u64 little-endian length, then the bytes
	inputCapacity  = 1<<31 - 136   // less the length, and a last line that hides the input root
	answerAt       = 0x1_0000_0000 // 32 bytes
	outputAt       = answerAt + 32 // u64 little-endian length, then the bytes
	outputCapacity = 1<<31 - 40
)

func at(address uintptr) unsafe.Pointer { return unsafe.Pointer(address) }

func input() []byte {
	length := *(*uint64)(at(inputAt))
	if length > inputCapacity {
		panic("machine: the input's length exceeds the input region")
	}
	return unsafe.Slice((*byte)(at(inputAt+8)), length)
}

func write(p []byte) (int, error) {
	length := (*uint64)(at(outputAt))
	if *length > outputCapacity || uint64(len(p)) > outputCapacity-*length {
		return 0, syscall.ENOSPC
	}
	copy(unsafe.Slice((*byte)(at(outputAt+8+uintptr(*length))), len(p)), p)
	*length += uint64(len(p))
	return len(p), nil
}

func answer(word [32]byte) { *(*[32]byte)(at(answerAt)) = word }
