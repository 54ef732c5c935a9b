// How a range of steps is divided; `Bisection.sol` says the same.

/** Segments of a split, at most. */
export const ARITY = 32n

/** Up to so many steps a split by messages has as many segments as one on the chain. */
const SHORT = 2n ** 15n

/** Segments of a sketch: few digests a round, and few rounds, each of which runs the stretch. */
const SKETCH_ARITY = 8n

/** Whether a stretch is so long that it is narrowed by digests before a state of it is hashed. */
export function isLong(low: bigint, high: bigint): boolean {
  return high - low > SHORT
}

/** The numbers of steps at which the digests of a sketch are taken, both ends included. */
export function sketchPointsOf(low: bigint, high: bigint): bigint[] {
  return pointsOf(low, high, SKETCH_ARITY)
}

/**
 * Segments of a split by messages that follows no sketch. A message costs nothing but its way, and
 * a state is hashed in milliseconds to minutes: by halves a player hashes one state for each
 * halving, by parts of 32 six. Where little is run, and so little changes, fewer messages are
 * quicker.
 */
export function segmentsByMessages(low: bigint, high: bigint): bigint {
  const length = high - low
  if (isLong(low, high)) return 2n
  return length < ARITY ? length : ARITY
}

/** The numbers of steps at which segments begin and the last one ends. */
export function pointsOf(low: bigint, high: bigint, parts = ARITY): bigint[] {
  const length = high - low
  const segments = length < parts ? length : parts
  return Array.from(
    { length: Number(segments) + 1 },
    (_, index) => low + (BigInt(index) * length) / segments,
  )
}

/** Rounds on the chain until one step is left, at most. */
export function roundsOf(steps: bigint): number {
  let rounds = 0
  for (let length = steps; length > 1n; length = (length + ARITY - 1n) / ARITY) rounds++
  return rounds
}
