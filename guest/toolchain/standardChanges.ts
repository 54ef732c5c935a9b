import type { Change } from './overlay.ts'

/**
 * What differs from the Go distribution, and why. Paths are relative to `$(go env GOROOT)/src`.
 * docs/spec/guest.md tells what a program notices of it.
 */
export const standardChanges: readonly Change[] = [
  // One hart, no operating system.
  {
    path: 'runtime/rt0_linux_riscv64.s',
    reason:
      'the machine gives no arguments and no auxiliary vector; their stand-ins are in the image',
    replaceBy: 'std/runtime/rt0_linux_riscv64.s',
  },
  {
    path: 'runtime/sys_linux_riscv64.s',
    reason: 'no system call but the exit; bounded memory; no threads, signals or files',
    replaceBy: 'std/runtime/sys_linux_riscv64.s',
  },
  {
    path: 'internal/runtime/syscall/linux/asm_linux_riscv64.s',
    reason:
      'read takes the input region, write appends to the output region, every other system call is ENOSYS',
    replaceBy: 'std/internal/runtime/syscall/linux/asm_linux_riscv64.s',
  },
  {
    path: 'syscall/asm_linux_riscv64.s',
    reason: 'two more system call sites (vfork; calls without error) must not reach the machine',
    edits: [
      [
        '\tMOV\ttrap+0(FP), A7\t// syscall entry\n\tECALL\n\tMOV\t$-4096, T0\n',
        '\tMOV\t$-38, A0\n\tMOV\t$-4096, T0\n',
      ],
      [
        '\tMOV\ttrap+0(FP), A7\t// syscall entry\n\tECALL\n\tMOV\tA0, r1+32(FP)\n\tMOV\tA1, r2+40(FP)\n',
        '\tMOV\tZERO, r1+32(FP)\n\tMOV\tZERO, r2+40(FP)\n',
      ],
    ],
  },
  {
    path: 'runtime/netpoll_epoll.go',
    reason: 'no descriptors to poll; a wait for a timer moves the clock instead',
    replaceBy: 'std/runtime/netpoll_epoll.go',
  },
  {
    path: 'runtime/proc.go',
    reason:
      'no monitor thread; main is not tied to its thread during start-up, which would ask for a second one; ' +
      'a runaway recursion ends at 128 MiB of stack and not at 1 GB (1.3 G steps); ' +
      'nothing writes the flag that stands before every population count instruction',
    edits: [
      ['const haveSysmon = GOARCH != "wasm"', 'const haveSysmon = false'],
      ['\tlockOSThread()\n\n\tif mp != &m0', '\tif mp != &m0'],
      ['\tneedUnlock := true\n', '\tneedUnlock := false\n'],
      ['\tneedUnlock = false\n\tunlockOSThread()\n', ''],
      ['\t\triscv64HasZbb = cpu.RISCV64.HasZbb\n', ''],
      ['\t\tmaxstacksize = 1000000000\n', '\t\tmaxstacksize = 128 << 20\n'],
    ],
  },
  {
    path: 'runtime/fds_unix.go',
    reason: 'the check of the standard descriptors asks the system and gives up on ENOSYS',
    edits: [
      ['\tif islibrary || isarchive {\n', '\tif GOARCH == "riscv64" || islibrary || isarchive {\n'],
    ],
  },
  {
    path: 'runtime/malloc.go',
    reason:
      'heap from 0x10000000 up, everything below 2^31; 37 address bits, so the tables of the heap are small ' +
      '(48 bits reserve 1.1 GiB)',
    edits: [
      [
        'heapAddrBits = (_64bit*(1-goarch.IsWasm)*(1-goos.IsIos*goarch.IsArm64))*48 + (1-_64bit+goarch.IsWasm)*(32-(goarch.IsMips+goarch.IsMipsle)) + 40*goos.IsIos*goarch.IsArm64\n',
        'heapAddrBits = 37\n',
      ],
      ['vmaSize = sys.Len64(uint64(getg().m.g0.stack.hi)) + 1\n', 'vmaSize = 39\n'],
      [
        'p = uintptr(i)<<32 | uintptrMask&(0x0013<<28)\n',
        'p = uintptr(i)<<32 | uintptrMask&(0x0001<<28)\n',
      ],
    ],
  },

  // No opcode outside RV64IMA.
  {
    path: 'internal/cpu/cpu_riscv64.go',
    reason: 'no probe of the hardware: no vector unit, no bit manipulation, no misaligned access',
    edits: [['\tosInit()\n', '']],
  },
  { path: 'internal/cpu/cpu_riscv64_linux.go', reason: 'the probe itself', drop: true },
  {
    path: 'internal/bytealg/compare_riscv64.s',
    reason: 'vector code',
    cut: ['#ifndef hasV', 'compare_scalar:', '\tJMP\tcompare_scalar\n\n'],
  },
  {
    path: 'internal/bytealg/equal_riscv64.s',
    reason: 'vector code',
    cut: ['#ifndef hasV', 'equal_scalar:', '\tJMP\tequal_scalar\n\n'],
  },
  {
    path: 'internal/bytealg/indexbyte_riscv64.s',
    reason: 'vector code',
    cut: ['#ifndef hasV', 'indexbyte_scalar:', '\tJMP\tindexbyte_scalar\n\n'],
  },
  {
    path: 'internal/chacha8rand/chacha8_stub.s',
    reason: 'vector code: the generic version instead',
    edits: [['!loong64 && !riscv64', '!loong64']],
  },
  { path: 'internal/chacha8rand/chacha8_riscv64.s', reason: 'vector code', drop: true },
  {
    path: 'runtime/asm_riscv64.s',
    reason:
      'RDTIME reads a control register; floating-point registers are spilled for reflect calls',
    edits: [['\tRDTIME\tX10\n', '\tMOV\tZERO, X10\n']],
    removeLines: { pattern: /^\tMOVD\t.*\(X25\)/, count: 32 },
  },
  {
    path: 'runtime/preempt_riscv64.s',
    reason: 'floating-point registers saved at a preemption by signal, which never comes',
    removeLines: { pattern: /^\tMOVD .*\bF\d+\b/, count: 64 },
  },
  {
    path: 'runtime/cgroup_linux.go',
    reason: 'the compiler makes FMAX of max() on floats in spite of softfloat',
    edits: [['\t\tlimit = max(limit, 2)\n', '\t\tif limit < 2 {\n\t\t\tlimit = 2\n\t\t}\n']],
  },
  {
    path: 'runtime/softfloat64.go',
    reason:
      'a difference that is subnormal comes out wrong in software (https://github.com/golang/go/issues/79964): ' +
      'the mantissa to start again from is the normalised one',
    edits: [
      [
        'func fpack64(sign, mant uint64, exp int, trunc uint64) uint64 {\n\tmant0, exp0, trunc0 := mant, exp, trunc\n',
        'func fpack64(sign, mant uint64, exp int, trunc uint64) uint64 {\n',
      ],
      [
        '\tfor mant < 1<<mantbits64 {\n\t\tmant <<= 1\n\t\texp--\n\t}\n\tfor mant >= 4<<mantbits64 {\n',
        '\tfor mant < 1<<mantbits64 {\n\t\tmant <<= 1\n\t\texp--\n\t}\n\tmant0, exp0, trunc0 := mant, exp, trunc\n\tfor mant >= 4<<mantbits64 {\n',
      ],
    ],
  },
  {
    path: 'math/floor_asm.go',
    reason: 'floating-point assembly of Floor, Ceil and Trunc, which package initialisers call',
    edits: [[' || riscv64', '']],
  },
  {
    path: 'math/floor_noasm.go',
    reason: 'the portable one instead',
    edits: [[' && !riscv64', '']],
  },
  { path: 'math/floor_riscv64.s', reason: 'floating-point assembly', drop: true },
  {
    path: 'math/dim_asm.go',
    reason: 'floating-point assembly of Max and Min',
    edits: [[' || riscv64', '']],
  },
  { path: 'math/dim_noasm.go', reason: 'the portable one instead', edits: [[' && !riscv64', '']] },
  { path: 'math/dim_riscv64.s', reason: 'floating-point assembly', drop: true },
  {
    path: 'reflect/float32reg_generic.go',
    reason: 'the portable conversion instead of floating-point assembly',
    edits: [[' && !riscv64', '']],
  },
  { path: 'reflect/float32reg_riscv64.s', reason: 'floating-point assembly', drop: true },
  { path: 'reflect/stubs_riscv64.go', reason: 'its declarations', drop: true },
]
