import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import { reach } from '@ambrosia/chain/errors'
import { type Claim, claimOf, decode, encode, idOf } from '@ambrosia/dispute/Claim'
import { approveBond, readRules, write } from '@ambrosia/dispute/ClaimBook'
import * as InputPackage from '@ambrosia/dispute/InputPackage'
import { lieAbout } from '@ambrosia/dispute/liars'
import type { Run } from '@ambrosia/dispute/Run'
import { concat, fromHex, type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { encode as encodeInput } from '@ambrosia/rollup/GuestInput'
import * as KillPoint from '@ambrosia/service/KillPoint'
import { createGuestInput } from '../assertions/createGuestInput.ts'
import type { Node } from '../Node.ts'
import { collectSignatures } from '../peers/collectSignatures.ts'
import { disputesOf } from './Disputes.ts'
import { encodeReceiptRequest, receiveClaim } from './receipts.ts'

/** Of ClaimOutcome in IClaimResolver.sol. */
export const OUTCOME = { unknown: 0, open: 1, stands: 2, falls: 3, lapsed: 4 } as const

/** A claim of this node's as it keeps it. */
export type OwnClaim = {
  content: Claim
  /** The step from which its states are false, where the node lies. */
  lieAt: bigint | undefined
}

/** What has become of a claim. @throws Chain.Unreachable */
export async function outcomeOf({ client, network }: Node, claim: Hex): Promise<number> {
  const address = network.contracts.resolver
  const read = { address, abi: claimBookAbi, functionName: 'outcomeOf' } as const
  return reach(() => client.readContract({ ...read, args: [claim] }))
}

/**
 * The claim that the guest answers this, of the records of a range: made where there is none yet.
 * What it says is kept before anybody is told, so that a crash anywhere leads to the same claim.
 * @returns its id; undefined while too few members hold its input
 * @throws Guest.*, Dispute.*, Chain.*
 */
export async function ensureClaim(
  node: Node,
  range: { from: number; to: number },
  answer: Hex,
): Promise<Hex | undefined> {
  const { seat } = disputesOf(node)
  const { content } = (await readOwnClaim(node, answer)) ?? (await prepare(node, range, answer))
  const id = idOf(seat, node.address, content)
  if ((await outcomeOf(node, id)) !== OUTCOME.unknown) return id
  const receipts = await collect(node, id, content)
  if (receipts === undefined) return undefined
  await approveBond(seat, (await readRules(seat)).claimBond)
  KillPoint.reach('node.dispute.received')
  await write(seat, 'makeClaim', [content, receipts])
  KillPoint.reach('node.dispute.claimed')
  return id
}

/** What this node claims to be an answer. */
export async function readOwnClaim(node: Node, answer: Hex): Promise<OwnClaim | undefined> {
  const text = await disputesOf(node).claims.read(answer)
  if (text === undefined) return undefined
  const { content, lieAt } = JSON.parse(text) as { content: Hex; lieAt?: string }
  return { content: decode(content), lieAt: lieAt === undefined ? undefined : BigInt(lieAt) }
}

/** Runs the guest over the records, and keeps what is to be claimed of it. */
async function prepare(
  node: Node,
  range: { from: number; to: number },
  answer: Hex,
): Promise<OwnClaim> {
  const { seat, runs, claims } = disputesOf(node)
  const input = encodeInput(await createGuestInput(node.chain, node.bodies, range))
  const run = await runs.add(InputPackage.create(input, random))
  const truth = await claimOf(run, await readRules(seat))
  node.log.info({ steps: Number(truth.steps) }, 'the guest has followed the records')
  const own = truth.answer === answer ? { content: truth, lieAt: undefined } : undefined
  const claim = own ?? (await falseClaim(node, { truth, run, answer }))
  const { content, lieAt } = claim
  await claims.write(answer, JSON.stringify({ content: encode(content), lieAt: lieAt?.toString() }))
  KillPoint.reach('node.dispute.prepared')
  return claim
}

/** @throws Dispute.GuestDisagrees where the node is honest: then one of the two is wrong */
async function falseClaim(
  node: Node,
  { truth, run, answer }: { truth: Claim; run: Run; answer: Hex },
): Promise<OwnClaim> {
  if (!disputesOf(node).lies) throw new GuestDisagreesError()
  const { steps } = await run.ending(truth.steps)
  const lieAt = (steps * LIE_TENTHS) / 10n
  const { content } = await lieAbout(truth, { run, other: run, lie: lieAt })
  return { content: { ...content, answer }, lieAt }
}

/** A liar's states are false from here on, so that every round has to be played. */
const LIE_TENTHS = 7n

async function collect(node: Node, claim: Hex, content: Claim): Promise<Hex | undefined> {
  const { inputRoot, inputLength } = content
  const body = encodeReceiptRequest(node.address, content)
  const { quorum } = await readRules(disputesOf(node).seat)
  const signatures = await collectSignatures(node, {
    statement: { type: 'Receipt', message: { claim, inputRoot, inputLength } },
    needed: quorum,
    own: async () => {
      const signed = await receiveClaim(node, body)
      return 'signature' in signed ? signed.signature : undefined
    },
    path: '/v1/receipt',
    body,
  })
  return signatures && toHex(concat(...signatures.map(fromHex)))
}

export class GuestDisagreesError extends AmbrosiaError {
  constructor() {
    super('Dispute.GuestDisagrees', 'the guest program answers another state than this node has', {
      hint: 'Nothing was claimed. Compare the versions of node and guest; one of the two is wrong.',
    })
  }
}
