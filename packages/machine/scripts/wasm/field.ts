// Writes the AssemblyScript of the BN254 scalar field: nine limbs of 29 bits, Montgomery form with
// R = 2^261. Products of limbs have 58 bits, so a column of 64 bits holds 60 of them before carries
// must move on; R is 169 times p, so sums of many values need no reduction in between. Montgomery,
// "Modular multiplication without trial division" (1985).

const P = 21888242871839275222246405745257275088548364400416034343698204186575808495617n
const LIMBS = 9
const BITS = 29n
const MASK = (1n << BITS) - 1n
/** Products that a 64-bit column can take without overflow, with room for the carry. */
const COLUMN_BUDGET = 60

const modulus = Array.from({ length: LIMBS }, (_, j) => (P >> (BITS * BigInt(j))) & MASK)
const negativeInverse = (() => {
  let inverse = 1n
  for (let i = 0; i < 6; i++) inverse = (inverse * (2n - P * inverse)) & MASK
  return (MASK + 1n - inverse) & MASK
})()

/** o = (x0*y0 + ... ) / R + a modulo p, not fully reduced; the x and y lie 36 bytes apart. */
function dot(name: string, terms: number, adds: boolean): string {
  const period = Math.floor(COLUMN_BUDGET / (terms + 1))
  const lines = [
    `export function ${name}(o: usize, x: usize, y: usize${adds ? ', a: usize' : ''}): void {`,
  ]
  const columns = Array.from({ length: LIMBS }, (_, j) => `t${j}: u64 = 0`)
  lines.push(`  let ${columns.join(', ')}, q: u64 = 0, c: u64 = 0`)
  lines.push(`  let ${Array.from({ length: terms }, (_, k) => `v${k}: u64 = 0`).join(', ')}`)
  for (let i = 0; i < LIMBS; i++) {
    for (let k = 0; k < terms; k++) lines.push(`  v${k} = load<u32>(x, ${36 * k + 4 * i}) as u64`)
    const products = (j: number) =>
      Array.from(
        { length: terms },
        (_, k) => `v${k} * (load<u32>(y, ${36 * k + 4 * j}) as u64)`,
      ).join(' + ')
    lines.push(`  c = t0 + ${products(0)}`)
    lines.push(`  q = ((c & ${MASK}) * ${negativeInverse}) & ${MASK}`)
    lines.push(`  c = (c + q * ${modulus[0]}) >> ${BITS}`)
    for (let j = 1; j < LIMBS; j++) {
      lines.push(`  t${j - 1} = t${j} + ${products(j)} + q * ${modulus[j]}${j === 1 ? ' + c' : ''}`)
    }
    lines.push(`  t${LIMBS - 1} = 0`)
    if ((i + 1) % period === 0 && i + 1 < LIMBS) {
      lines.push('  c = 0')
      for (let j = 0; j < LIMBS - 1; j++) {
        lines.push(`  c += t${j}; t${j} = c & ${MASK}; c >>= ${BITS}`)
      }
      lines.push(`  t${LIMBS - 1} = c`)
    }
  }
  lines.push('  c = 0')
  for (let j = 0; j < LIMBS; j++) {
    const sum = adds ? ` + (load<u32>(a, ${4 * j}) as u64)` : ''
    const mask = j === LIMBS - 1 ? '0xffffffff' : MASK
    lines.push(`  c += t${j}${sum}; store<u32>(o, (c & ${mask}) as u32, ${4 * j}); c >>= ${BITS}`)
  }
  lines.push('}', '')
  return lines.join('\n')
}

/** The source of the module `field`, which assembly/hasher.ts imports. */
export function fieldSource(): string {
  return [
    dot('mul', 1, false),
    dot('dot1', 1, true),
    dot('dot2', 2, true),
    dot('dot3', 3, true),
    dot('dot9', 9, true),
  ].join('\n')
}
