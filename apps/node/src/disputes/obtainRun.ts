import { assertSameRun, type Claim } from '@ambrosia/dispute/Claim'
import * as InputPackage from '@ambrosia/dispute/InputPackage'
import type { RunThread } from '@ambrosia/dispute/process/RunThread'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Node } from '../Node.ts'
import { disputesOf } from './Disputes.ts'

/**
 * The run that a claim is about: of the package that is kept, or that another member gives.
 * Undefined where nobody has it who answers.
 * @throws Dispute.ProgramMismatch where the claim is about another program
 */
export async function obtainRun(
  node: Node,
  content: Claim,
  claimant: Hex,
): Promise<RunThread | undefined> {
  const { runs } = disputesOf(node)
  const kept = await runs.of(content.inputRoot)
  if (kept !== undefined) return kept
  const others = node.peers.all().map(({ account }) => account)
  // Who made the claim has it for certain, if they are honest.
  const ordered = [...others].sort((a, b) => Number(b === claimant) - Number(a === claimant))
  for (const member of ordered) {
    const bytes = await ask(node, member, content.inputRoot)
    if (bytes === undefined) continue
    try {
      const run = await runs.add(InputPackage.fromBytes(bytes))
      assertSameRun(content, run)
      return run
    } catch (error) {
      node.log.warn({ err: error, member }, 'a member gave a package that is not the claimed one')
    }
  }
  return undefined
}

async function ask(node: Node, member: Hex, inputRoot: Hex): Promise<Uint8Array | undefined> {
  try {
    const answer = await node.peers.get(member)?.send('GET', `/v1/packages/${inputRoot}`)
    return answer?.status === 200 ? answer.body : undefined
  } catch (error) {
    node.log.info({ err: error, member }, 'a member was not reached')
    return undefined
  }
}
