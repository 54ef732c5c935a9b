/* What a C program needs of the machine (docs/spec/machine.md, sections 8 and 9): its input, its output, its end.
 * The same program runs under Linux (qemu-riscv64) and, compiled with -DHOST, on the computer that builds it. */
#ifndef MACHINE_H
#define MACHINE_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long i64;
typedef unsigned __int128 u128;

/* Bytes of input and where they lie; under Linux the first argument. */
static const u8 *input;
static u64 input_size;

static void put(const void *bytes, u64 size);

static void put_text(const char *text) {
  u64 size = 0;
  while (text[size]) size++;
  put(text, size);
}

__attribute__((unused)) static void put_hex(u64 value) {
  char digits[16];
  for (int i = 0; i < 16; i++) digits[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
  put(digits, 16);
}

static int run(void);

#ifdef HOST

#include <stdio.h>
#include <string.h>

static void put(const void *bytes, u64 size) { fwrite(bytes, 1, size, stdout); }

int main(int argc, char **argv) {
  input = (const u8 *)(argc > 1 ? argv[1] : "");
  input_size = strlen((const char *)input);
  return run();
}

#else

#define INPUT 0x80000000UL
#define OUTPUT 0x100000000UL

static int is_linux;

static i64 system_call(i64 number, i64 a, i64 b, i64 c) {
  register i64 a7 __asm__("a7") = number;
  register i64 a0 __asm__("a0") = a;
  register i64 a1 __asm__("a1") = b;
  register i64 a2 __asm__("a2") = c;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
  return a0;
}

/* Appends to the output region: 32 bytes of answer, the length, the bytes. */
static void put(const void *bytes, u64 size) {
  if (is_linux) {
    system_call(64, 1, (i64)bytes, (i64)size);
    return;
  }
  volatile u64 *length = (volatile u64 *)(OUTPUT + 32);
  u8 *out = (u8 *)(OUTPUT + 40) + *length;
  for (u64 i = 0; i < size; i++) out[i] = ((const u8 *)bytes)[i];
  *length += size;
}

/* The compiler may call these even without a library. */
void *memset(void *to, int value, u64 size) {
  volatile u8 *out = to;
  while (size--) *out++ = (u8)value;
  return to;
}

void *memcpy(void *to, const void *from, u64 size) {
  volatile u8 *out = to;
  const u8 *in = from;
  while (size--) *out++ = *in++;
  return to;
}

/* The machine starts a program with no arguments at all, Linux with at least its name. */
__attribute__((used)) static void start(const u64 *stack) {
  if (stack[0] > 0) {
    is_linux = 1;
    const u8 *argument = stack[0] > 1 ? (const u8 *)stack[2] : (const u8 *)"";
    input = argument;
    while (argument[input_size]) input_size++;
  } else {
    input = (const u8 *)(INPUT + 8);
    input_size = *(const u64 *)INPUT;
  }
  system_call(93, run(), 0, 0);
  __builtin_unreachable();
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  .option push\n  .option norelax\n  la gp, __global_pointer$\n  .option pop\n"
    "  mv a0, sp\n"
    "  andi sp, sp, -16\n"
    "  call start\n");

#endif
#endif
