// The system call of package syscall and of the runtime, without a system.
// Replaces internal/runtime/syscall/linux/asm_linux_riscv64.s.
//
// write to standard output or standard error appends to the machine's output
// (package ambrosia/machine describes it). Every other call is ENOSYS.

#include "textflag.h"

#define OUTPUT_LENGTH	0x100000020
#define OUTPUT_CAPACITY	0x7fffffd8 // 2^31 bytes less the answer and the length

#define SYS_WRITE	64
#define EBADF	9
#define ENOSPC	28
#define ENOSYS	38

// func Syscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr)
// write: A1 = descriptor, A2 = bytes, A3 = count.
TEXT ·Syscall6<ABIInternal>(SB),NOSPLIT,$0-80
	MOV	$SYS_WRITE, T0
	BNE	A0, T0, nosys
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
	ADD	T1, T0, T0
	ADD	A2, A3, T1
	JMP	check
copy:
	MOVBU	(A2), T2
	MOVB	T2, (T0)
	ADD	$1, A2, A2
	ADD	$1, T0, T0
check:
	BNE	A2, T1, copy
	MOV	A3, A0
	MOV	ZERO, A1
	MOV	ZERO, A2
	RET
badf:
	MOV	$EBADF, A2
	JMP	failed
nospc:
	MOV	$ENOSPC, A2
	JMP	failed
nosys:
	MOV	$ENOSYS, A2
failed:
	MOV	$-1, A0
	MOV	ZERO, A1
	RET
