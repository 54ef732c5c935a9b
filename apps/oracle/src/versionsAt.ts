/**
 * A change of the consumer's key takes a day to be followed, so that a stolen controller key has no
 * profit; "none" holds at once.
 */
export const CHANGE_DELAY_SEC = 86_400n

/**
 * Of a DID's versions, oldest first, those that can decide which key counts at a time: the first,
 * the last that is a change's delay old, and the last. Whoever controls a DID chooses how many
 * versions it has, so the time of a block is asked for by halving: 2 log2(n) + 4 times at most.
 * Empty where there was none yet.
 */
export async function versionsAt<Version extends { versionBlock: bigint }>(
  versions: readonly Version[],
  atSec: bigint,
  timeOfBlock: (block: bigint) => Promise<bigint>,
): Promise<(Version & { timeSec: bigint })[]> {
  const times = new Map<bigint, bigint>()
  const timeOf = async (index: number): Promise<bigint> => {
    const { versionBlock } = versions[index] as Version
    const timeSec = times.get(versionBlock) ?? (await timeOfBlock(versionBlock))
    times.set(versionBlock, timeSec)
    return timeSec
  }
  /** Index of the last version no newer than a time, -1 where all are newer. */
  const lastUntil = async (limitSec: bigint, count: number): Promise<number> => {
    let low = -1
    let high = count
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if ((await timeOf(middle)) <= limitSec) low = middle
      else high = middle
    }
    return low
  }
  const present = await lastUntil(atSec, versions.length)
  if (present === -1) return []
  const settled = await lastUntil(atSec - CHANGE_DELAY_SEC, present + 1)
  const chosen = [...new Set([0, Math.max(settled, 0), present])]
  return await Promise.all(
    chosen.map(async (index) => ({
      ...(versions[index] as Version),
      timeSec: await timeOf(index),
    })),
  )
}
