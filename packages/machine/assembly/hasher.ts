// Poseidon over the BN254 scalar field as circomlib has it (x^5, 8 full rounds), for any width of 2 to 17 elements.
// Grassi, Khovratovich, Rechberger, Roy, Schofnegger: "Poseidon" (USENIX Security 2021), with the sparse form of the
// partial rounds (its appendix B). The host derives the constants (src/internal/poseidonConstants.ts).
//
// An element is nine u32 limbs of 29 bits in Montgomery form, 36 bytes, not fully reduced. The host owns the memory:
//   ZERO   an element of value 0
//   TEMP   scratch for one power and for one new state
//   STATE  the state of the permutation, up to 17 elements
//
// Constants of a width t with RP partial rounds, in elements from `at`:
//   C[8][t]   row 0 is added before round 0, rows 1 to 3 by the mixing of full rounds 0 to 2, row 4 by that of full round 3,
//             rows 5 to 7 by that of the first three full rounds after the partial ones
//   M[t][t]   the mixing matrix
//   P[t][t]   the mixing matrix of full round 3
//   S[RP]     a partial round each: what it adds to the first element, t of the first row, t - 1 of the first column
//   D[t]      what is added after the last partial round

import { mul, dot1, dot2, dot3, dot9 } from './field'

const ZERO: usize = 1024
const POWER: usize = 1024 + 64
const NEXT: usize = 2048
const STATE: usize = 4096
const SIZE: usize = 36

// @ts-ignore: decorator
@inline function add(o: usize, x: usize, y: usize): void {
  let c: u32 = 0
  for (let j: usize = 0; j < 32; j += 4) {
    c += load<u32>(x + j) + load<u32>(y + j)
    store<u32>(o + j, c & 0x1fffffff)
    c >>= 29
  }
  store<u32>(o + 32, c + load<u32>(x + 32) + load<u32>(y + 32))
}

// @ts-ignore: decorator
@inline function pow5(x: usize): void {
  mul(POWER, x, x)
  mul(POWER, POWER, POWER)
  mul(x, POWER, x)
}

/** o = sum of s[j] * m[j] + a */
// @ts-ignore: decorator
@inline function row(o: usize, s: usize, m: usize, t: i32, a: usize): void {
  if (t == 9) { dot9(o, s, m, a); return }
  let left = t
  let sum = a
  while (left >= 3) {
    dot3(o, s, m, sum)
    sum = o
    s += 3 * SIZE
    m += 3 * SIZE
    left -= 3
  }
  if (left == 2) dot2(o, s, m, sum)
  else if (left == 1) dot1(o, s, m, sum)
}

function fullRound(s: usize, t: i32, m: usize, c: usize): void {
  let size = (t as usize) * SIZE
  for (let i: usize = 0; i < size; i += SIZE) pow5(s + i)
  for (let i: usize = 0; i < size; i += SIZE) {
    row(NEXT + i, s, m, t, c + i)
    m += size
  }
  memory.copy(s, NEXT, size)
}

/** Permutes the state of t elements at s; leaves the first element of the result there. */
function permute(s: usize, t: i32, rp: i32, at: usize): void {
  let size = (t as usize) * SIZE
  let m = at + 8 * size
  let p = m + (t as usize) * size
  let sparse = p + (t as usize) * size
  for (let i: usize = 0; i < size; i += SIZE) add(s + i, s + i, at + i)
  for (let r: usize = 1; r < 4; r++) fullRound(s, t, m, at + r * size)
  fullRound(s, t, p, at + 4 * size)
  for (let r = 0; r < rp; r++) {
    pow5(s)
    row(NEXT, s, sparse + SIZE, t, sparse)
    let column = sparse + SIZE + size
    for (let i: usize = SIZE; i < size; i += SIZE) {
      dot1(s + i, s, column, s + i)
      column += SIZE
    }
    memory.copy(s, NEXT, SIZE)
    sparse = column
  }
  for (let i: usize = 0; i < size; i += SIZE) add(s + i, s + i, sparse + i)
  for (let r: usize = 5; r < 8; r++) fullRound(s, t, m, at + r * size)
  for (let i: usize = 0; i < size; i += SIZE) pow5(s + i)
  row(NEXT, s, m, t, ZERO)
  memory.copy(s, NEXT, SIZE)
}

/** out = x * y for elements, for the host's derivation of constants and its conversions. */
export function multiply(out: usize, x: usize, y: usize): void { mul(out, x, y) }

/** Hashes n groups of t - 1 elements that lie one behind the other; the n results lie one behind the other at out. */
export function hashElements(inputs: usize, out: usize, n: i32, t: i32, rp: i32, at: usize): void {
  let size = (t as usize) * SIZE
  for (let k = 0; k < n; k++) {
    memory.fill(STATE, 0, SIZE)
    memory.copy(STATE + SIZE, inputs, size - SIZE)
    permute(STATE, t, rp, at)
    memory.copy(out, STATE, SIZE)
    inputs += size - SIZE
    out += SIZE
  }
}

/** Hashes n lines of 128 bytes: eight chunks of 16 bytes, little-endian, each an element. r2 is R^2. */
export function hashLines(lines: usize, out: usize, n: i32, rp: i32, at: usize, r2: usize): void {
  for (let k = 0; k < n; k++) {
    memory.fill(STATE, 0, 9 * SIZE)
    let o = STATE
    for (let i = 0; i < 8; i++) {
      o += SIZE
      let low = load<u64>(lines), high = load<u64>(lines, 8)
      lines += 16
      if ((low | high) == 0) continue
      store<u32>(o, (low & 0x1fffffff) as u32)
      store<u32>(o, ((low >> 29) & 0x1fffffff) as u32, 4)
      store<u32>(o, (((low >> 58) | (high << 6)) & 0x1fffffff) as u32, 8)
      store<u32>(o, ((high >> 23) & 0x1fffffff) as u32, 12)
      store<u32>(o, (high >> 52) as u32, 16)
      mul(o, o, r2)
    }
    permute(STATE, 9, rp, at)
    memory.copy(out, STATE, SIZE)
    out += SIZE
  }
}
