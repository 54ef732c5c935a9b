// Constants of Poseidon over the BN254 scalar field, derived as its authors define them, and the
// sparse form of its partial rounds. Grassi et al., "Poseidon" (eprint 2019/458), appendices B
// (optimised rounds) and E (Grain LFSR).

/** The order of the BN254 scalar field. */
export const FIELD_ORDER =
  21888242871839275222246405745257275088548364400416034343698204186575808495617n
const P = FIELD_ORDER
const FULL_ROUNDS = 8
/** Partial rounds for widths 2 to 17, as circomlib uses them. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68]

export function partialRounds(width: number): number {
  return PARTIAL_ROUNDS[width - 2] as number
}

type Matrix = bigint[][]

/** Round constants (round * width + element) and the mixing matrix. */
export function plainConstants(width: number): { rounds: bigint[]; matrix: Matrix } {
  const rounds = FULL_ROUNDS + partialRounds(width)
  const next = grain(width, rounds)
  const constants: bigint[] = []
  while (constants.length < rounds * width) {
    const value = next()
    if (value < P) constants.push(value)
  }
  const points = Array.from({ length: 2 * width }, () => next() % P)
  const matrix = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => inverse(points[i]! + points[width + j]!)),
  )
  return { rounds: constants, matrix }
}

/**
 * The constants in the order of assembly/hasher.ts. A mixing by M before a partial round is split
 * as M = S * diag(1, N), with S sparse; diag(1, N) does not touch the element that the partial
 * S-box changes, so it moves to the round before. The constants of the untouched elements move on
 * the same way, to the round behind.
 */
export function sparseConstants(width: number): bigint[] {
  const { rounds, matrix } = plainConstants(width)
  const partial = partialRounds(width)
  const roundConstants = (round: number) => rounds.slice(round * width, (round + 1) * width)
  const factors: { row: bigint[]; column: bigint[]; rest: Matrix }[] = []
  let mixing = matrix
  for (let round = partial - 1; round >= 0; round--) {
    const factor = split(mixing)
    factors[round] = factor
    mixing = applyRest(factor.rest, matrix)
  }
  const adds = Array.from({ length: partial }, (_, round) => {
    const [first, ...others] = roundConstants(4 + round)
    return [first!, ...others.map((_, i) => dot(factors[round]!.rest[i]!, others))]
  })
  const sparse: bigint[] = []
  let rest = new Array<bigint>(width - 1).fill(0n)
  for (let round = 0; round < partial; round++) {
    const { row, column } = factors[round]!
    const pushed = [dot(row.slice(1), rest), ...rest]
    const next = round + 1 < partial ? adds[round + 1]! : roundConstants(4 + partial)
    const sum = next.map((value, i) => (value + pushed[i]!) % P)
    const isLast = round + 1 === partial
    sparse.push(isLast ? 0n : sum[0]!, ...row, ...column)
    if (isLast) sparse.push(...sum)
    rest = sum.slice(1)
  }
  const fullConstants = [
    ...rounds.slice(0, 4 * width),
    ...adds[0]!,
    ...rounds.slice((5 + partial) * width),
  ]
  return [...fullConstants, ...matrix.flat(), ...mixing.flat(), ...sparse]
}

/** The bit generator of appendix E, as numbers of 254 bits. */
function grain(width: number, rounds: number): () => bigint {
  const fields: [value: number, bits: number][] = [
    [1, 2],
    [0, 4],
    [254, 12],
    [width, 12],
    [FULL_ROUNDS, 10],
    [rounds - FULL_ROUNDS, 10],
    [2 ** 30 - 1, 30],
  ]
  const state: number[] = fields.flatMap(([value, bits]) =>
    Array.from({ length: bits }, (_, i) => Math.floor(value / 2 ** (bits - 1 - i)) & 1),
  )
  let at = 0
  const step = (): number => {
    const tap = (i: number) => state[(at + i) % 80] as number
    const bit = tap(62) ^ tap(51) ^ tap(38) ^ tap(23) ^ tap(13) ^ tap(0)
    state[at] = bit
    at = (at + 1) % 80
    return bit
  }
  for (let i = 0; i < 160; i++) step()
  return () => {
    let digits = '0b'
    for (let i = 0; i < 254; i++) {
      while (step() === 0) step()
      digits += step()
    }
    return BigInt(digits)
  }
}

/**
 * M = [[m, row'], [column, 1]] * diag(1, N) with N the lower right part of M and row' = row * N^-1.
 */
function split(matrix: Matrix): { row: bigint[]; column: bigint[]; rest: Matrix } {
  const rest = matrix.slice(1).map((line) => line.slice(1))
  const column = matrix.slice(1).map((line) => line[0]!)
  const [corner, ...top] = matrix[0]!
  return { row: [corner!, ...solveTransposed(rest, top)], column, rest }
}

/** diag(1, rest) * matrix */
function applyRest(rest: Matrix, matrix: Matrix): Matrix {
  const below = matrix.slice(1)
  const lines = rest.map((line) =>
    matrix[0]!.map((_, j) =>
      dot(
        line,
        below.map((other) => other[j]!),
      ),
    ),
  )
  return [matrix[0]!, ...lines]
}

/**
 * x with x * matrix = right, by elimination on the transposed system; Cauchy-like matrices need no
 * care for zero pivots, checked all the same.
 */
function solveTransposed(matrix: Matrix, right: readonly bigint[]): bigint[] {
  const size = right.length
  const lines = Array.from({ length: size }, (_, i) => [
    ...matrix.map((line) => line[i]!),
    right[i]!,
  ])
  for (let pivot = 0; pivot < size; pivot++) {
    const swap = lines.findIndex((line, i) => i >= pivot && line[pivot] !== 0n)
    if (swap < 0) throw new RangeError('singular mixing matrix')
    ;[lines[pivot], lines[swap]] = [lines[swap]!, lines[pivot]!]
    const line = lines[pivot]!
    const scale = inverse(line[pivot]!)
    for (let j = pivot; j <= size; j++) line[j] = (line[j]! * scale) % P
    for (let i = pivot + 1; i < size; i++) {
      const factor = lines[i]![pivot]!
      for (let j = pivot; j <= size; j++) lines[i]![j] = modulo(lines[i]![j]! - factor * line[j]!)
    }
  }
  const x = new Array<bigint>(size)
  for (let i = size - 1; i >= 0; i--) {
    let value = lines[i]![size]!
    for (let j = i + 1; j < size; j++) value -= lines[i]![j]! * x[j]!
    x[i] = modulo(value)
  }
  return x
}

function dot(a: readonly bigint[], b: readonly bigint[]): bigint {
  let sum = 0n
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum % P
}

function modulo(value: bigint): bigint {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}

/** 1 / value by the extended Euclidean algorithm. */
function inverse(value: bigint): bigint {
  let [a, b] = [modulo(value), P]
  let [x, y] = [1n, 0n]
  while (a !== 0n) {
    const quotient = b / a
    ;[a, b] = [b - quotient * a, a]
    ;[x, y] = [y - quotient * x, x]
  }
  return modulo(y)
}
