// How a range of steps is divided; `Bisection.sol` says the same.

/** Segments of a split, at most. */
export const ARITY = 32n

/** The numbers of steps at which segments begin and the last one ends. */
export function pointsOf(low: bigint, high: bigint): bigint[] {
  const length = high - low
  const segments = length < ARITY ? length : ARITY
  return Array.from(
    { length: Number(segments) + 1 },
    (_, index) => low + (BigInt(index) * length) / segments,
  )
}

/** Rounds until one step is left, at most. */
export function roundsOf(steps: bigint): number {
  let rounds = 0
  for (let length = steps; length > 1n; length = (length + ARITY - 1n) / ARITY) rounds++
  return rounds
}
