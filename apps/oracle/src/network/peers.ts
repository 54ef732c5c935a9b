import { call } from '@ambrosia/api/client/call'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Address } from 'viem'
import type { WrappedShare } from '../enclave/Enclave.ts'
import type { SignedDealing } from '../enclave/EpochPlan.ts'
import type { Oracle } from '../Oracle.ts'

/**
 * Another oracle, by whose word nothing is believed: what it sends is signed, or opened by the
 * enclave.
 */
type PeerAccount = { operator: Address }

/** Asks every other oracle at once; one that is down or refuses is left out. */
async function askAll<T>(
  oracle: Oracle,
  peers: readonly PeerAccount[],
  ask: (peer: Service & { signing: Signing }) => Promise<T>,
): Promise<{ operator: Address; answer: T }[]> {
  const { chain, fetch, now, chainId, operator: signer, log } = oracle
  const others = peers.filter(({ operator }) => operator !== signer.address)
  const answers = await Promise.all(
    others.map(async ({ operator }) => {
      try {
        const { endpoint: url } = await chain.oracle(operator)
        const service = { name: 'oracle', url, fetch, now }
        const answer = await ask({ ...service, signing: { signer, chainId, audience: operator } })
        return { operator, answer }
      } catch (err) {
        log.debug({ err, operator }, 'another oracle gave no answer')
        return undefined
      }
    }),
  )
  return answers.filter((one) => one !== undefined)
}

type Service = { name: string; url: string; fetch: Oracle['fetch']; now: () => number }
type Signing = { signer: Oracle['operator']; chainId: number; audience: Address }

/** Votes for an applicant, in the order that the contract asks for. */
export async function gatherVotes(
  oracle: Oracle,
  active: readonly PeerAccount[],
  applicant: Address,
): Promise<{ voter: Address; signature: Hex }[]> {
  const answers = await askAll(oracle, active, ({ signing, ...service }) =>
    call(service, oracleRoutes.vote, { signing, body: { operator: applicant } }),
  )
  return inOrder(answers.map(({ operator, answer }) => ({ voter: operator, ...answer })))
}

/** Dealings of the other members for an epoch to come. */
export async function gatherDealings(
  oracle: Oracle,
  members: readonly PeerAccount[],
  plan: { epoch: bigint; membersHash: Hex },
): Promise<SignedDealing[]> {
  const params = { epoch: plan.epoch.toString(), membersHash: plan.membersHash }
  const answers = await askAll(oracle, members, ({ signing, ...service }) =>
    call(service, oracleRoutes.dealing, { signing, params }),
  )
  return answers.map(({ answer }) => answer as unknown as SignedDealing)
}

export type EpochProposal = {
  epoch: bigint
  membersHash: Hex
  dealings: readonly SignedDealing[]
  expiresAtSec: bigint
}

/** The other members' votes for an epoch, each for the commitment that it came to itself. */
export async function gatherEpochVotes(
  oracle: Oracle,
  members: readonly PeerAccount[],
  proposal: EpochProposal,
): Promise<{ voter: Address; signature: Hex; tagCommitment: Hex }[]> {
  const body = {
    epoch: proposal.epoch.toString(),
    membersHash: proposal.membersHash,
    dealings: proposal.dealings as unknown as Record<string, unknown>[],
    expiresAt: proposal.expiresAtSec.toString(),
  }
  const answers = await askAll(oracle, members, ({ signing, ...service }) =>
    call(service, oracleRoutes.epochVote, { signing, body }),
  )
  return answers.map(({ operator, answer }) => ({ voter: operator, ...answer }))
}

/** Shares of an epoch's secret, each wrapped to this oracle. */
export async function gatherShares(
  oracle: Oracle,
  members: readonly PeerAccount[],
  epoch: bigint,
): Promise<WrappedShare[]> {
  const params = { epoch: epoch.toString() }
  const answers = await askAll(oracle, members, ({ signing, ...service }) =>
    call(service, oracleRoutes.epochShare, { signing, params }),
  )
  return answers.map(({ operator, answer }) => ({
    from: operator,
    envelope: Envelope.parse(answer),
  }))
}

/** The other members' signatures over a batch, by those who made the same certificates. */
export async function gatherBatchSignatures(
  oracle: Oracle,
  members: readonly PeerAccount[],
  hashes: readonly Hex[],
): Promise<{ operator: Address; epoch: bigint; signature: Hex }[]> {
  const body = { hashes: [...hashes] }
  const answers = await askAll(oracle, members, ({ signing, ...service }) =>
    call(service, oracleRoutes.batchSignature, { signing, body }),
  )
  return answers.map(({ operator, answer: { epoch, signature } }) => ({
    operator,
    epoch: BigInt(epoch),
    signature,
  }))
}

/** Ascending by voter, as the contract counts them. */
export function inOrder<T extends { voter: Address }>(votes: readonly T[]): T[] {
  return [...votes].sort((one, other) => (BigInt(one.voter) < BigInt(other.voter) ? -1 : 1))
}
