import { oracleEpochsAbi } from '@ambrosia/chain/abi/admission'
import { reach } from '@ambrosia/chain/errors'
import { send } from '@ambrosia/chain/send'
import { hashMembers, thresholdOf } from '@ambrosia/exchange/quorum/EpochKeys'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import type { EpochPlan, Member, SignedDealing } from '../enclave/EpochPlan.ts'
import type { Oracle, OracleNetwork } from '../Oracle.ts'
import { gatherDealings, gatherEpochVotes, gatherShares, inOrder } from './peers.ts'
import type { NetworkReader } from './readNetwork.ts'

/** How long each member's turn to propose lasts, milliseconds. */
const TURN_MS = 3_000
/** How long all members are waited for before two thirds are enough, milliseconds. */
const WAIT_FOR_ALL_MS = 10_000
/** How long votes for an epoch count, seconds. */
const VOTE_LIFE_SEC = 600n

export type EpochJob = { oracle: Oracle; network: OracleNetwork; reader: NetworkReader }

/** Since when each plan has been due here, milliseconds; by the hash of its members. */
export type Dues = Map<string, number>

/**
 * Gets the secrets of the epochs that this oracle belongs to, and begins the next one when it is
 * due and this oracle's turn. True when nothing is left to do on the chain as it stands.
 */
export async function keepEpochs(job: EpochJob, dues: Dues): Promise<boolean> {
  const current = await job.reader.currentEpoch()
  const isOpen = await openSecrets(job, current)
  if (!(await isDue(job, current))) return isOpen
  await beginNext(job, current, dues)
  return false
}

async function beginNext(job: EpochJob, current: bigint, dues: Dues): Promise<void> {
  const plan = await planOf(job, current + 1n)
  const { operator } = job.oracle
  const place = plan.members.findIndex((member) => member.operator === operator.address)
  if (place < 0) return
  const own = await ownDealing(job.oracle, plan)
  const now = job.oracle.now()
  const dueSince = dues.get(plan.membersHash) ?? now
  dues.set(plan.membersHash, dueSince)
  if (Math.floor(now / TURN_MS) % plan.members.length !== place) return
  await propose(job, plan, own, now - dueSince > WAIT_FOR_ALL_MS)
}

/**
 * Epochs whose deals may still be open: all of this oracle's. One that it can't have yet is tried
 * again with the next run. True when all are at hand.
 */
async function openSecrets({ oracle, reader }: EpochJob, current: bigint): Promise<boolean> {
  const { enclave, operator, log } = oracle
  let areOpen = true
  const open = new Set(await enclave.openEpochs())
  for (let epoch = current; epoch >= 1n; epoch--) {
    const { members, tagCommitment } = await reader.epoch(epoch)
    if (open.has(tagCommitment)) continue
    if (!members.some((member) => member.operator === operator.address)) continue
    try {
      const shares = await gatherShares(oracle, members, epoch)
      await enclave.openShares(epoch, tagCommitment, shares)
      log.info({ epoch: Number(epoch), shares: shares.length }, 'the secret of an epoch is at hand')
    } catch (err) {
      if (!(err instanceof AmbrosiaError)) throw err
      areOpen = false
      log.debug({ err, epoch: Number(epoch) }, 'the secret of an epoch is not at hand yet')
    }
  }
  return areOpen
}

async function isDue({ oracle, reader }: EpochJob, current: bigint): Promise<boolean> {
  if (current === 0n) {
    return BigInt((await reader.activeMembers()).length) >= (await reader.founders())
  }
  const { startsAt, members } = await reader.epoch(current)
  const { timestamp } = await reach(() => oracle.client.getBlock())
  if (timestamp >= startsAt + (await reader.epochLength())) return true
  for (const { operator, signer } of members) {
    if (!(await reader.isActive(operator))) return true
    if ((await reader.nodeOf(operator)).signer !== signer) return true
  }
  return false
}

/** The next epoch as this oracle's own view of the chain has it. @throws Epoch.NotKnown */
export async function planOf(
  { reader }: Pick<EpochJob, 'reader'>,
  epoch: bigint,
): Promise<EpochPlan & { membersHash: Hex }> {
  const active = await reader.activeMembers()
  const members: Member[] = []
  for (const { operator } of active) {
    const application = await reader.admittedWith(operator)
    if (application === undefined) throw new NotKnownError()
    members.push({ operator, ...application })
  }
  return { epoch, members, membersHash: hashMembers(active) }
}

/**
 * This oracle's part, made once for an epoch and its members, and kept: a second one would not fit
 * the first.
 */
async function ownDealing(
  oracle: Oracle,
  plan: EpochPlan & { membersHash: Hex },
): Promise<SignedDealing> {
  const known = await readDealing(oracle, plan)
  if (known !== undefined) return known
  const { epoch, members } = plan
  const row = {
    epoch: epoch.toString(),
    members_hash: plan.membersHash,
    dealing: JSON.stringify(await oracle.enclave.deal({ epoch, members })),
  }
  await oracle.database
    .insertInto('epoch_dealing')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await readDealing(oracle, plan)) as SignedDealing
}

export async function readDealing(
  { database }: Oracle,
  plan: { epoch: bigint; membersHash: Hex },
): Promise<SignedDealing | undefined> {
  const row = await database
    .selectFrom('epoch_dealing')
    .select('dealing')
    .where('epoch', '=', plan.epoch.toString())
    .where('members_hash', '=', plan.membersHash)
    .executeTakeFirst()
  return row && (JSON.parse(row.dealing) as SignedDealing)
}

async function propose(
  job: EpochJob,
  plan: EpochPlan & { membersHash: Hex },
  own: SignedDealing,
  isLate: boolean,
): Promise<void> {
  const { oracle, network } = job
  const { epoch, members, membersHash } = plan
  const dealings = [own, ...(await gatherDealings(oracle, members, plan))]
  const wanted = isLate ? thresholdOf(members.length) : members.length
  if (dealings.length < wanted) return
  const { timestamp } = await reach(() => oracle.client.getBlock())
  const expiresAtSec = timestamp + VOTE_LIFE_SEC
  const offer = await oracle.enclave.accept({ epoch, members }, dealings, expiresAtSec)
  const others = await gatherEpochVotes(oracle, members, {
    epoch,
    membersHash,
    dealings,
    expiresAtSec,
  })
  const votes = [
    { voter: offer.voter, signature: offer.signature },
    ...others
      .filter(({ tagCommitment }) => tagCommitment === offer.keys.tagCommitment)
      .map(({ voter, signature }) => ({ voter, signature })),
  ]
  if (votes.length < thresholdOf(members.length)) return
  try {
    await send(oracle.client, oracle.operator, {
      address: network.oracleEpochs,
      abi: oracleEpochsAbi,
      functionName: 'begin',
      args: [offer.keys, inOrder(votes)],
    })
    oracle.log.info({ epoch: Number(epoch), votes: votes.length }, 'an epoch began')
  } catch (error) {
    // Another member was first.
    if (!hasCode(error, 'Chain.EpochNumberInvalid')) throw error
  }
}

export class NotKnownError extends AmbrosiaError {
  constructor() {
    super('Epoch.NotKnown', 'the evidence of a member is not on this chain')
  }
}
