// Start of a Go program on the machine. Replaces runtime/rt0_linux_riscv64.s.
//
// The machine gives the program no arguments, no environment and no auxiliary
// vector, so what the runtime reads of them lies here, in the image: it is part
// of the program id and equal in every run. The sixteen "random" bytes seed hash
// maps and the scheduler; were they not pinned, two runs would count different
// steps. Whoever writes a guest must not rely on map seeds being secret.

#include "textflag.h"

TEXT _rt0_riscv64_linux(SB),NOSPLIT|NOFRAME,$0
	MOV	$1, A0
	MOV	$startvector<>(SB), A1
	JMP	main(SB)

TEXT main(SB),NOSPLIT|NOFRAME,$0
	MOV	$runtime·rt0_go(SB), T0
	JALR	ZERO, T0

// argv, NULL, (no environment) NULL, then pairs of the auxiliary vector:
// AT_PAGESZ = 6, AT_RANDOM = 25, AT_NULL = 0.
DATA startvector<>+0(SB)/8, $startname<>(SB)
DATA startvector<>+8(SB)/8, $0
DATA startvector<>+16(SB)/8, $0
DATA startvector<>+24(SB)/8, $6
DATA startvector<>+32(SB)/8, $4096
DATA startvector<>+40(SB)/8, $25
DATA startvector<>+48(SB)/8, $startrandom<>(SB)
DATA startvector<>+56(SB)/8, $0
DATA startvector<>+64(SB)/8, $0
GLOBL startvector<>(SB),NOPTR|RODATA,$72

DATA startname<>+0(SB)/8, $"program\x00"
GLOBL startname<>(SB),NOPTR|RODATA,$8

DATA startrandom<>+0(SB)/8, $"ambrosia"
DATA startrandom<>+8(SB)/8, $" machine"
GLOBL startrandom<>(SB),NOPTR|RODATA,$16
