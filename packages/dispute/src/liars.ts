// Asserters that lie: a run that differs from the true one somewhere, played by the same player.

import { Link } from '@ambrosia/chain/abi/dispute'
import * as Poseidon from '@ambrosia/machine/Poseidon'
import { keccak256 } from 'viem'
import type { Claim, LinkNumber } from './Claim.ts'
import { toHash } from './Claim.ts'
import type { Run } from './Run.ts'

/** Where a lie begins: a link that is not a step, or the step that does not follow. */
export type Lie = 'genesis' | 'final' | bigint

/**
 * A run whose states are false after `from` steps: each another one than the true state, and always
 * the same.
 */
export function lyingRun(run: Run, from: bigint): Run {
  return {
    ...run,
    hashesAt: async (points) =>
      (await run.hashesAt(points)).map((hash, index) =>
        (points[index] as bigint) > from ? Poseidon.hash([hash, 1n]) : hash,
      ),
    digestsAt: async (points) =>
      (await run.digestsAt(points)).map((digest, index) =>
        (points[index] as bigint) > from ? keccak256(digest) : digest,
      ),
  }
}

/**
 * A false claim and the run of whoever makes it.
 * @param other a run of the program on another input, which a lie about the first state tells for
 * this one's
 */
export async function lieAbout(
  truth: Claim,
  { run, other, lie }: { run: Run; other: Run; lie: Lie },
): Promise<{ content: Claim; run: Run; link: LinkNumber }> {
  if (lie === 'final') {
    const answer = toHash(BigInt(truth.answer) ^ 1n)
    return { content: { ...truth, answer }, run, link: Link.Final }
  }
  const told = lie === 'genesis' ? other : lyingRun(run, lie)
  const [first, last] = (await told.hashesAt([0n, truth.steps])) as [bigint, bigint]
  const content = { ...truth, firstState: toHash(first), lastState: toHash(last) }
  return { content, run: told, link: lie === 'genesis' ? Link.Genesis : Link.Steps }
}
