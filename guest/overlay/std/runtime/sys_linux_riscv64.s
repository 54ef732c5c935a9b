// What the runtime asks of an operating system, answered without one. Replaces
// runtime/sys_linux_riscv64.s. The only environment call left is the exit.
//
// Three kinds of answer:
//   - a constant, where any answer will do (identity, clock, signal masks);
//   - a bounded region of memory, for mmap;
//   - EBREAK, a fault of the machine, where only threads or signals could go on.

#include "go_asm.h"
#include "textflag.h"

// Mirrors the memory map in docs/spec/guest.md.
#define METADATA_START	0x04000000
#define METADATA_END	0x10000000
#define HEAP_START	0x10000000
#define HEAP_END	0x80000000

#define ERR_NOENT	-2
#define ERR_NOMEM	12
#define ERR_NOSYS	-38
#define MAP_FIXED	0x10

// func exit(code int32)
TEXT runtime·exit<ABIInternal>(SB),NOSPLIT,$0
	MOV	$94, A7
	ECALL
	EBREAK

// func write1(fd uintptr, p unsafe.Pointer, n int32) int32
// Standard output and standard error are the machine's output: a panic's trace
// can be read there.
TEXT runtime·write1<ABIInternal>(SB),NOSPLIT|NOFRAME,$0
	MOV	A2, A3
	MOV	A1, A2
	MOV	A0, A1
	MOV	$64, A0
	JMP	internal∕runtime∕syscall∕linux·Syscall6<ABIInternal>(SB)

// func mmap(addr unsafe.Pointer, n uintptr, prot, flags, fd int32, off uint32) (p unsafe.Pointer, err int)
//
// Without an address: the next pages of the metadata region. With an address and
// MAP_FIXED: a part of what was reserved before, granted. With an address alone:
// the heap's next arena, granted only where the heap ends, so that it grows in
// one piece and stops at HEAP_END. Memory starts as zeros and is never given back.
TEXT runtime·mmap(SB),NOSPLIT|NOFRAME,$0
	MOV	addr+0(FP), A0
	MOV	n+8(FP), A1
	BNEZ	A0, hinted
	MOV	$4095, T0
	ADD	T0, A1, A1
	ANDI	$~4095, A1, A1
	MOV	metadataNext<>(SB), A0
	MOV	$METADATA_END, T0
	SUB	A0, T0, T0
	BLTU	T0, A1, refused
	ADD	A0, A1, A1
	MOV	A1, metadataNext<>(SB)
	JMP	granted
hinted:
	MOVW	flags+20(FP), A2
	ANDI	$MAP_FIXED, A2, A2
	BNEZ	A2, granted
	MOV	heapNext<>(SB), A2
	BNE	A0, A2, refused
	MOV	$HEAP_END, T0
	SUB	A0, T0, T0
	BLTU	T0, A1, refused
	ADD	A0, A1, A1
	MOV	A1, heapNext<>(SB)
granted:
	MOV	A0, p+32(FP)
	MOV	ZERO, err+40(FP)
	RET
refused:
	MOV	$ERR_NOMEM, A0
	MOV	ZERO, p+32(FP)
	MOV	A0, err+40(FP)
	RET

DATA metadataNext<>(SB)/8, $METADATA_START
GLOBL metadataNext<>(SB),NOPTR,$8
DATA heapNext<>(SB)/8, $HEAP_START
GLOBL heapNext<>(SB),NOPTR,$8

// func munmap(addr unsafe.Pointer, n uintptr)
TEXT runtime·munmap(SB),NOSPLIT|NOFRAME,$0
	RET

// func madvise(addr unsafe.Pointer, n uintptr, flags int32)
TEXT runtime·madvise<ABIInternal>(SB),NOSPLIT,$0
	MOV	ZERO, A0
	RET

// func mincore(addr unsafe.Pointer, n uintptr, dst *byte) int32
TEXT runtime·mincore<ABIInternal>(SB),NOSPLIT,$0
	MOV	ZERO, A0
	RET

// func sbrk0() uintptr
TEXT runtime·sbrk0<ABIInternal>(SB),NOSPLIT,$0
	MOV	ZERO, A0
	RET

// The clock stands still, but for runtime·machineClock, which a sleep of all
// goroutines moves on (netpoll_epoll.go). Unix time of the start: 0 s.

// func walltime() (sec int64, nsec int32)
TEXT runtime·walltime(SB),NOSPLIT|NOFRAME,$0-12
	MOV	runtime·machineClock(SB), A0
	MOV	$1000000000, A1
	DIV	A1, A0, A2
	REM	A1, A0, A3
	MOV	A2, sec+0(FP)
	MOVW	A3, nsec+8(FP)
	RET

// func nanotime1() int64
TEXT runtime·nanotime1(SB),NOSPLIT|NOFRAME,$0-8
	MOV	runtime·machineClock(SB), A0
	MOV	A0, ret+0(FP)
	RET

// func usleep(usec uint32)
TEXT runtime·usleep(SB),NOSPLIT|NOFRAME,$0-4
	RET

// func osyield()
TEXT runtime·osyield<ABIInternal>(SB),NOSPLIT,$0
	RET

// One hart: one bit in the mask, of 8 bytes, so GOMAXPROCS is 1.
// func sched_getaffinity(pid, len uintptr, buf *uintptr) int32
TEXT runtime·sched_getaffinity<ABIInternal>(SB),NOSPLIT,$0
	MOV	$1, T0
	MOV	T0, (A2)
	MOV	$8, A0
	RET

// func gettid() uint32
TEXT runtime·gettid<ABIInternal>(SB),NOSPLIT,$0
	MOV	$1, A0
	RET

// func getpid() int
TEXT ·getpid<ABIInternal>(SB),NOSPLIT,$0
	MOV	$1, A0
	RET

// No files.

// func open(name *byte, mode, perm int32) int32
TEXT runtime·open(SB),NOSPLIT|NOFRAME,$0-20
	MOV	$-1, A0
	MOVW	A0, ret+16(FP)
	RET

// func closefd(fd int32) int32
TEXT runtime·closefd(SB),NOSPLIT|NOFRAME,$0-12
	MOV	$-1, A0
	MOVW	A0, ret+8(FP)
	RET

// func read(fd int32, p unsafe.Pointer, n int32) int32
TEXT runtime·read<ABIInternal>(SB),NOSPLIT,$0
	MOV	$ERR_NOENT, A0
	RET

// func pipe2(flags int32) (r, w int32, errno int32)
TEXT runtime·pipe2(SB),NOSPLIT|NOFRAME,$0-20
	MOV	$ERR_NOSYS, A0
	MOVW	A0, errno+16(FP)
	RET

// No signals: what asks for a handler or a mask is told it was done.

// func rtsigprocmask(how int32, new, old *sigset, size int32)
TEXT runtime·rtsigprocmask(SB),NOSPLIT|NOFRAME,$0-28
	RET

// func rt_sigaction(sig uintptr, new, old *sigactiont, size uintptr) int32
TEXT runtime·rt_sigaction<ABIInternal>(SB),NOSPLIT,$0
	MOV	ZERO, A0
	RET

// func sigaltstack(new, old *stackt)
TEXT runtime·sigaltstack(SB),NOSPLIT|NOFRAME,$0
	RET

// func setitimer(mode int32, new, old *itimerval)
TEXT runtime·setitimer<ABIInternal>(SB),NOSPLIT,$0
	RET

// func timer_create(clockid int32, sevp *sigevent, timerid *int32) int32
TEXT runtime·timer_create<ABIInternal>(SB),NOSPLIT,$0
	MOV	$ERR_NOSYS, A0
	RET

// func timer_settime(timerid int32, flags int32, new, old *itimerspec) int32
TEXT runtime·timer_settime<ABIInternal>(SB),NOSPLIT,$0
	MOV	$ERR_NOSYS, A0
	RET

// func timer_delete(timerid int32) int32
TEXT runtime·timer_delete<ABIInternal>(SB),NOSPLIT,$0
	MOV	$ERR_NOSYS, A0
	RET

// func sigfwd(fn uintptr, sig uint32, info *siginfo, ctx unsafe.Pointer)
TEXT runtime·sigfwd(SB),NOSPLIT|NOFRAME,$0-32
	EBREAK

// func sigtramp(signo, ureg, ctxt unsafe.Pointer)
TEXT runtime·sigtramp(SB),NOSPLIT|TOPFRAME|NOFRAME,$0
	EBREAK

// func cgoSigtramp()
TEXT runtime·cgoSigtramp(SB),NOSPLIT|NOFRAME,$0
	EBREAK

// func raise(sig uint32)
TEXT runtime·raise(SB),NOSPLIT|NOFRAME,$0
	EBREAK

// func raiseproc(sig uint32)
TEXT runtime·raiseproc(SB),NOSPLIT|NOFRAME,$0
	EBREAK

// func tgkill(tgid, tid, sig int)
TEXT ·tgkill<ABIInternal>(SB),NOSPLIT,$0
	EBREAK

// One thread: there is nobody to start, to end or to wake, so a wait for another
// thread could never end.

// func clone(flags int32, stk, mp, gp, fn unsafe.Pointer) int32
TEXT runtime·clone(SB),NOSPLIT|NOFRAME,$0
	EBREAK

// func exitThread(wait *atomic.Uint32)
TEXT runtime·exitThread(SB),NOSPLIT|NOFRAME,$0-8
	EBREAK

// func futex(addr unsafe.Pointer, op int32, val uint32, ts, addr2 unsafe.Pointer, val3 uint32) int32
// op: bit 0 set is a wake-up (there are no sleepers: none woken), else a wait.
TEXT runtime·futex<ABIInternal>(SB),NOSPLIT,$0
	ANDI	$1, A1, A1
	BNEZ	A1, wake
	EBREAK
wake:
	MOV	ZERO, A0
	RET
