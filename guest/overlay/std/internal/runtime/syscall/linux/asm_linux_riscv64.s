// The system call of package syscall and of the runtime, without a system.
// Replaces internal/runtime/syscall/linux/asm_linux_riscv64.s.
//
// read from standard input takes the machine's input, write to standard output or
// standard error appends to its output (package ambrosia/machine describes both).
// Every other call is ENOSYS.

#include "textflag.h"

#define INPUT_LENGTH	0x80000000
#define OUTPUT_LENGTH	0x100000020
#define OUTPUT_CAPACITY	0x7fffffd8 // 2^31 bytes less the answer and the length

#define SYS_READ	63
#define SYS_WRITE	64
#define EBADF	9
#define ENOSPC	28
#define ENOSYS	38

// How much of the input was read.
GLOBL inputOffset<>(SB),NOPTR,$8

// func Syscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr)
// read and write: A1 = descriptor, A2 = bytes, A3 = count.
TEXT ·Syscall6<ABIInternal>(SB),NOSPLIT,$0-80
	MOV	$SYS_WRITE, T0
	BEQ	A0, T0, write
	MOV	$SYS_READ, T0
	BEQ	A0, T0, read
	MOV	$ENOSYS, A2
	JMP	failed

write:
	ADD	$-1, A1, A1
	MOV	$1, T0
	BLTU	T0, A1, badf
	MOV	$OUTPUT_LENGTH, T0
	MOV	(T0), T1
	MOV	$OUTPUT_CAPACITY, T2
	BLTU	T2, T1, nospc
	SUB	T1, T2, T2
	BLTU	T2, A3, nospc
	ADD	T1, A3, T2
	MOV	T2, (T0)
	ADD	$8, T0, T0
	ADD	T1, T0, A5
	MOV	A2, A4
	JMP	transfer

read:
	BNEZ	A1, badf
	MOV	$INPUT_LENGTH, T0
	MOV	(T0), T1
	MOV	inputOffset<>(SB), T2
	SUB	T2, T1, T1
	BGEU	T1, A3, part
	MOV	T1, A3
part:
	ADD	$8, T0, T0
	ADD	T2, T0, A4
	ADD	A3, T2, T2
	MOV	T2, inputOffset<>(SB)
	MOV	A2, A5

// A3 bytes from A4 to A5.
transfer:
	ADD	A3, A4, A6
	JMP	check
copy:
	MOVBU	(A4), T2
	MOVB	T2, (A5)
	ADD	$1, A4, A4
	ADD	$1, A5, A5
check:
	BNE	A4, A6, copy
	MOV	A3, A0
	MOV	ZERO, A1
	MOV	ZERO, A2
	RET

badf:
	MOV	$EBADF, A2
	JMP	failed
nospc:
	MOV	$ENOSPC, A2
failed:
	MOV	$-1, A0
	MOV	ZERO, A1
	RET
