/* Five computations to measure with, chosen by the first byte of input, '0' to '4'. */
#include "machine.h"

#define ROTATE(x, n) (((x) << (n)) | ((x) >> (64 - (n))))

static u64 seed = 42;

static u32 next_random(void) {
  seed = seed * 6364136223846793005UL + 1442695040888963407UL;
  return (u32)(seed >> 33);
}

/* Keccak-f[1600] (FIPS 202), its constants from the degree-8 shift register of section 3.2.5. */
static u64 round_constants[24];
static int rotations[25];

static void prepare_keccak(void) {
  u32 lfsr = 1;
  for (int round = 0; round < 24; round++) {
    round_constants[round] = 0;
    for (int j = 0; j < 7; j++) {
      if (lfsr & 1) round_constants[round] |= 1UL << ((1 << j) - 1);
      lfsr = lfsr & 0x80 ? (lfsr << 1) ^ 0x171 : lfsr << 1;
    }
  }
  int x = 1, y = 0;
  for (int t = 0; t < 24; t++) {
    rotations[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
    int next = (2 * x + 3 * y) % 5;
    x = y;
    y = next;
  }
}

static void keccak_f(u64 *a) {
  u64 b[25], c[5];
  for (int round = 0; round < 24; round++) {
    for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (int x = 0; x < 5; x++) {
      u64 d = c[(x + 4) % 5] ^ ROTATE(c[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) a[x + y] ^= d;
    }
    for (int x = 0; x < 5; x++)
      for (int y = 0; y < 5; y++) {
        int n = rotations[x + 5 * y];
        u64 v = a[x + 5 * y];
        b[y + 5 * ((2 * x + 3 * y) % 5)] = n ? ROTATE(v, n) : v;
      }
    for (int y = 0; y < 25; y += 5)
      for (int x = 0; x < 5; x++) a[x + y] = b[x + y] ^ (~b[(x + 1) % 5 + y] & b[(x + 2) % 5 + y]);
    a[0] ^= round_constants[round];
  }
}

static u64 keccak(void) {
  u64 state[25] = {0}, sum = 0;
  prepare_keccak();
  for (int i = 0; i < 20000; i++) {
    state[0] ^= i;
    keccak_f(state);
  }
  for (int i = 0; i < 25; i++) sum = sum * 31 + state[i];
  return sum;
}

static u8 composite[2000000];

static u64 sieve(void) {
  u64 sum = 0;
  for (int n = 0; n < 10; n++) {
    u64 count = 0;
    for (u32 i = 0; i < sizeof composite; i++) composite[i] = 0;
    for (u32 i = 2; i < sizeof composite; i++) {
      if (composite[i]) continue;
      count++;
      for (u32 j = i + i; j < sizeof composite; j += i) composite[j] = 1;
    }
    sum = sum * 31 + count;
  }
  return sum;
}

/* Montgomery multiplication modulo the order of the BN254 scalar field. */
static const u64 modulus[4] = {0x43e1f593f0000001UL, 0x2833e84879b97091UL, 0xb85045b68181585dUL, 0x30644e72e131a029UL};

static void multiply(u64 *out, const u64 *a, const u64 *b) {
  u64 t[6] = {0};
  for (int i = 0; i < 4; i++) {
    u128 carry = 0;
    for (int j = 0; j < 4; j++) {
      carry += (u128)a[j] * b[i] + t[j];
      t[j] = (u64)carry;
      carry >>= 64;
    }
    carry += t[4];
    t[4] = (u64)carry;
    t[5] = (u64)(carry >> 64);
    u64 factor = t[0] * 0xc2e1f593efffffffUL;
    carry = ((u128)factor * modulus[0] + t[0]) >> 64;
    for (int j = 1; j < 4; j++) {
      carry += (u128)factor * modulus[j] + t[j];
      t[j - 1] = (u64)carry;
      carry >>= 64;
    }
    carry += t[4];
    t[3] = (u64)carry;
    t[4] = t[5] + (u64)(carry >> 64);
  }
  u64 less[4], borrow = 0;
  for (int j = 0; j < 4; j++) {
    u128 difference = (u128)t[j] - modulus[j] - borrow;
    less[j] = (u64)difference;
    borrow = (u64)(difference >> 64) & 1;
  }
  int keep = borrow && !t[4];
  for (int j = 0; j < 4; j++) out[j] = keep ? t[j] : less[j];
}

static u64 montgomery(void) {
  u64 a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8};
  for (int i = 0; i < 400000; i++) {
    multiply(a, a, b);
    multiply(b, b, a);
  }
  return a[0] ^ b[1] ^ a[2] ^ b[3];
}

static u32 numbers[200000];

static void sort(u32 *a, i64 low, i64 high) {
  while (low < high) {
    u32 pivot = a[(low + high) / 2];
    i64 i = low, j = high;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) {
        u32 t = a[i];
        a[i++] = a[j];
        a[j--] = t;
      }
    }
    if (j - low < high - i) {
      sort(a, low, j);
      low = i;
    } else {
      sort(a, i, high);
      high = j;
    }
  }
}

static u64 quicksort(void) {
  u64 sum = 0;
  for (int n = 0; n < 12; n++) {
    for (int i = 0; i < 200000; i++) numbers[i] = next_random();
    sort(numbers, 0, 199999);
    for (int i = 0; i < 200000; i += 1000) sum = sum * 31 + numbers[i];
  }
  return sum;
}

static u64 division(void) {
  u64 sum = 0;
  for (int i = 0; i < 6000000; i++) {
    u64 x = ((u64)next_random() << 32) | next_random(), y = next_random() | 1;
    sum += x / y;
    sum ^= x % y;
    sum += (u64)((i64)x / (int)y);
  }
  return sum;
}

static int run(void) {
  u64 (*const all[])(void) = {keccak, sieve, montgomery, quicksort, division};
  if (input_size < 1 || input[0] < '0' || input[0] > '4') return 2;
  put_hex(all[input[0] - '0']());
  put_text("\n");
  return 0;
}
