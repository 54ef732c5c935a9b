/* Small programs of many kinds, one line of result each: what a compiler makes of C must end as it does on any computer. */
#include "machine.h"

static u64 seed;

static u64 next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}

static u64 mix(u64 sum, u64 value) { return (sum ^ value) * 0x100000001b3UL; }

static u64 fibonacci(u64 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static u64 recursion(void) { return fibonacci(18); }

static u64 arithmetic(void) {
  static const u64 corners[] = {0, 1, 2, 31, 32, 63, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
                                0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffffe, 0xffffffffffffffff};
  u64 sum = 1;
  int count = sizeof corners / sizeof *corners;
  for (int i = 0; i < count; i++)
    for (int j = 0; j < count; j++) {
      volatile u64 a = corners[i], b = corners[j];
      volatile i64 sa = (i64)a, sb = (i64)b;
      sum = mix(sum, a + b);
      sum = mix(sum, a - b);
      sum = mix(sum, a * b);
      sum = mix(sum, (u64)(((u128)a * b) >> 64));
      sum = mix(sum, (u64)(((__int128)sa * sb) >> 64));
      if (b) sum = mix(mix(sum, a / b), a % b);
      if (b && !(a == 1UL << 63 && sb == -1)) sum = mix(mix(sum, (u64)(sa / sb)), (u64)(sa % sb));
      if ((u32)b) sum = mix(mix(sum, (u32)a / (u32)b), (u32)a % (u32)b);
      if ((int)b && !((u32)a == 1U << 31 && (int)b == -1)) sum = mix(sum, (u64)(i64)((int)a / (int)b));
      sum = mix(sum, a << (b & 63));
      sum = mix(sum, a >> (b & 63));
      sum = mix(sum, (u64)(sa >> (b & 63)));
      sum = mix(sum, (u64)(i64)((int)a >> (b & 31)));
      sum = mix(sum, (u32)a << (b & 31));
      sum = mix(sum, (a < b) | (sa < sb) << 1 | (a == b) << 2 | ((u32)a < (u32)b) << 3 | ((int)a < (int)b) << 4);
      sum = mix(sum, (u64)(signed char)a + (u64)(short)b + (u8)b + (unsigned short)a);
    }
  return sum;
}

static u64 crc(void) {
  u32 table[256], value = 0xffffffff;
  for (u32 i = 0; i < 256; i++) {
    u32 c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  seed = 7;
  for (int i = 0; i < 4000; i++) value = table[(value ^ next_random()) & 255] ^ (value >> 8);
  return value ^ 0xffffffff;
}

static int dispatch(int kind, int value) {
  switch (kind) {
    case 0: return value + 1;
    case 1: return value * 3;
    case 2: return value ^ 0x55;
    case 3: return -value;
    case 4: return value >> 3;
    case 5: return value << 2;
    case 6: return value % 1000;
    case 7: return ~value;
    case 11: return value - 12345;
    default: return value / 7;
  }
}

static u64 switches(void) {
  u64 sum = 0;
  int value = 1;
  seed = 11;
  for (int i = 0; i < 3000; i++) {
    value = dispatch((int)(next_random() % 13), value);
    sum = mix(sum, (u64)(i64)value);
  }
  return sum;
}

static u64 twice(u64 x) { return 2 * x; }
static u64 square(u64 x) { return x * x; }
static u64 half(u64 x) { return x / 2; }

static u64 pointers(void) {
  u64 (*volatile functions[])(u64) = {twice, square, half};
  u64 value = 3;
  for (int i = 0; i < 100; i++) value = functions[i % 3](value) + (u64)i;
  return value;
}

struct point {
  signed char a;
  short b;
  int c;
  i64 d;
  u8 e[5];
};

static struct point move(struct point p, int by) {
  p.a = (signed char)(p.a + by);
  p.b = (short)(p.b - by * 3);
  p.c ^= by << 5;
  p.d *= by | 1;
  p.e[by % 5] = (u8)by;
  return p;
}

static u64 structures(void) {
  struct point p = {1, 2, 3, 4, {5, 6, 7, 8, 9}};
  u64 sum = 0;
  for (int i = 0; i < 200; i++) {
    p = move(p, i);
    sum = mix(sum, (u64)p.a + (u64)p.b + (u64)p.c + (u64)p.d + p.e[i % 5]);
  }
  return sum;
}

static u64 strings(void) {
  static const char text[] = "it was the best of times it was the worst of times it was the age of wisdom";
  u64 counts[26] = {0}, sum = 0;
  char reversed[sizeof text];
  int length = sizeof text - 1;
  for (int i = 0; i < length; i++) {
    if (text[i] != ' ') counts[text[i] - 'a']++;
    reversed[i] = text[length - 1 - i];
  }
  for (int i = 0; i < 26; i++) sum = mix(sum, counts[i]);
  for (int i = 0; i < length; i++) sum = mix(sum, (u8)reversed[i]);
  return sum;
}

static u64 matrices(void) {
  static i64 a[20][20], b[20][20], c[20][20];
  u64 sum = 0;
  seed = 5;
  for (int i = 0; i < 20; i++)
    for (int j = 0; j < 20; j++) {
      a[i][j] = (int)next_random();
      b[i][j] = (int)next_random();
    }
  for (int i = 0; i < 20; i++)
    for (int j = 0; j < 20; j++)
      for (int k = 0; k < 20; k++) c[i][j] += a[i][k] * b[k][j];
  for (int i = 0; i < 20; i++)
    for (int j = 0; j < 20; j++) sum = mix(sum, (u64)c[i][j]);
  return sum;
}

static u64 heap_sort(void) {
  static u32 a[500];
  u64 sum = 0;
  seed = 3;
  for (int i = 0; i < 500; i++) a[i] = (u32)next_random();
  for (int n = 500, root = 250; n > 1;) {
    u32 value;
    if (root > 0) value = a[--root];
    else {
      value = a[--n];
      a[n] = a[0];
    }
    int parent = root, child = 2 * root + 1;
    while (child < n) {
      if (child + 1 < n && a[child + 1] > a[child]) child++;
      if (a[child] <= value) break;
      a[parent] = a[child];
      parent = child;
      child = 2 * parent + 1;
    }
    a[parent] = value;
  }
  for (int i = 0; i < 500; i++) sum = mix(sum, a[i]);
  return sum;
}

static u64 life(void) {
  static u8 now[34][34], next[34][34];
  u64 sum = 0;
  seed = 99;
  for (int y = 1; y < 33; y++)
    for (int x = 1; x < 33; x++) now[y][x] = next_random() & 1;
  for (int n = 0; n < 20; n++) {
    for (int y = 1; y < 33; y++)
      for (int x = 1; x < 33; x++) {
        int count = -now[y][x];
        for (int dy = -1; dy <= 1; dy++)
          for (int dx = -1; dx <= 1; dx++) count += now[y + dy][x + dx];
        next[y][x] = count == 3 || (count == 2 && now[y][x]);
      }
    for (int y = 1; y < 33; y++)
      for (int x = 1; x < 33; x++) sum = mix(sum, now[y][x] = next[y][x]);
  }
  return sum;
}

static u64 atomics(void) {
  static u64 wide = 5;
  static u32 narrow = 0xfffffff0;
  u64 sum = 0;
  for (int i = 0; i < 50; i++) {
    sum = mix(sum, __atomic_fetch_add(&wide, 0x123456789 * i, __ATOMIC_SEQ_CST));
    sum = mix(sum, __atomic_fetch_add(&narrow, 7, __ATOMIC_RELAXED));
    sum = mix(sum, __atomic_fetch_xor(&wide, sum, __ATOMIC_ACQUIRE));
    sum = mix(sum, __atomic_fetch_or(&narrow, (u32)i << 7, __ATOMIC_RELEASE));
    sum = mix(sum, __atomic_fetch_and(&wide, ~(1UL << (i % 64)), __ATOMIC_SEQ_CST));
    sum = mix(sum, __atomic_exchange_n(&narrow, (u32)sum, __ATOMIC_SEQ_CST));
    u64 expected = i % 2 ? wide : 0;
    sum = mix(sum, __atomic_compare_exchange_n(&wide, &expected, sum, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    u32 old = narrow;
    sum = mix(sum, __atomic_compare_exchange_n(&narrow, &old, old + 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
  }
  return mix(mix(sum, wide), narrow);
}

static u64 packing(void) {
  static u8 bytes[64];
  u64 sum = 0;
  seed = 1234;
  for (int n = 0; n < 100; n++) {
    u64 value = next_random();
    int at = (int)(value % 56);
    for (int i = 0; i < 8; i++) bytes[at + i] = (u8)(value >> (8 * i));
    u64 back = 0;
    for (int i = 7; i >= 0; i--) back = back << 8 | bytes[at + i];
    sum = mix(sum, back == value);
    for (int i = 0; i < 64; i++) sum = mix(sum, bytes[i]);
  }
  return sum;
}

static u64 variable(int count, ...) {
  __builtin_va_list list;
  u64 sum = 0;
  __builtin_va_start(list, count);
  for (int i = 0; i < count; i++) sum = mix(sum, i % 2 ? __builtin_va_arg(list, u64) : (u64)__builtin_va_arg(list, int));
  __builtin_va_end(list);
  return sum;
}

static u64 arguments(void) {
  return variable(12, 1, 2UL, -3, 4UL, 5, -6UL, 7, 8UL, -9, 10UL, 11, 0xffffffffffffUL);
}

static u64 factorial(void) {
  u32 digits[80] = {1};
  u64 sum = 0;
  for (u32 n = 2; n <= 200; n++) {
    u64 carry = 0;
    for (int i = 0; i < 80; i++) {
      carry += (u64)digits[i] * n;
      digits[i] = (u32)carry;
      carry >>= 32;
    }
  }
  for (int i = 0; i < 80; i++) sum = mix(sum, digits[i]);
  return sum;
}

static u64 fixed_point(void) {
  u64 sum = 0;
  for (int y = -16; y < 16; y++)
    for (int x = -24; x < 8; x++) {
      i64 a = 0, b = 0, p = (i64)x << 24, q = (i64)y << 24;
      int n = 0;
      while (n < 60 && (a >> 14) * (a >> 14) + (b >> 14) * (b >> 14) < (i64)4 << 28) {
        i64 t = ((a >> 14) * (a >> 14) - (b >> 14) * (b >> 14)) + p;
        b = 2 * (a >> 14) * (b >> 14) + q;
        a = t;
        n++;
      }
      sum = mix(sum, (u64)n);
    }
  return sum;
}

static int run(void) {
  static const struct {
    const char *name;
    u64 (*function)(void);
  } all[] = {{"recursion ", recursion},   {"arithmetic ", arithmetic}, {"crc ", crc},           {"switches ", switches},
             {"pointers ", pointers},     {"structures ", structures}, {"strings ", strings},   {"matrices ", matrices},
             {"heap_sort ", heap_sort},   {"life ", life},             {"atomics ", atomics},   {"packing ", packing},
             {"arguments ", arguments},   {"factorial ", factorial},   {"fixed_point ", fixed_point}};
  for (u64 i = 0; i < sizeof all / sizeof *all; i++) {
    put_text(all[i].name);
    put_hex(all[i].function());
    put_text("\n");
  }
  return 0;
}
