import type { oracleRoutes } from '@ambrosia/api/oracle/routes'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Handlers } from '@ambrosia/service/addRoutes'
import type { SignedDealing } from '../enclave/EpochPlan.ts'
import type { Oracle } from '../Oracle.ts'
import { planOf, readDealing } from './epochs.ts'
import { gatherProof, signBatch } from './quorum.ts'
import type { NetworkReader } from './readNetwork.ts'

type PeerHandlers = Pick<
  Handlers<typeof oracleRoutes>,
  'vote' | 'dealing' | 'epochVote' | 'epochShare' | 'batchSignature' | 'batchProof'
>

/**
 * What an oracle does for the others. What it gives is signed, or wrapped to a key whose evidence
 * its enclave verified.
 */
export function createPeerHandlers(
  oracle: Oracle,
  reader: NetworkReader | undefined,
): PeerHandlers {
  const { enclave } = oracle
  const known = (): NetworkReader => {
    if (reader === undefined) throw new NoNetworkError()
    return reader
  }
  /** Whoever is not an active oracle has no business here, but to apply. */
  const admitted = async (account: Hex): Promise<NetworkReader> => {
    const network = known()
    if (!(await network.isActive(account))) throw new NotAdmittedError()
    return network
  }
  return {
    vote: async ({ account, body }) => {
      const network = known()
      // An applicant asks for itself, so that nobody can have the others verify evidence at will.
      if (account.toLowerCase() !== body.operator.toLowerCase()) throw new NotAdmittedError()
      const digest = await network.pendingOf(account)
      const application =
        digest === undefined ? undefined : await network.applicationOf(account, digest)
      if (application === undefined) throw new NoApplicationError()
      return { signature: await enclave.vote(application) }
    },
    batchSignature: async ({ account, body }) => {
      await admitted(account)
      const { epoch, signature } = await signBatch(oracle, body.hashes)
      return { epoch: epoch.toString(), signature }
    },
    batchProof: async ({ body }) => {
      const { oracleNetwork: network } = oracle
      if (network === undefined) throw new NoNetworkError()
      const job = { network, reader: known() }
      const { epoch, ...proof } = await gatherProof(oracle, job, body.hashes)
      return { epoch: epoch.toString(), ...proof }
    },
    dealing: async ({ account, params }) => {
      await admitted(account)
      const plan = { epoch: BigInt(params.epoch), membersHash: params.membersHash }
      const dealing = await readDealing(oracle, plan)
      if (dealing === undefined) throw new NoDealingError()
      return { ...dealing }
    },
    epochVote: async ({ account, body }) => {
      const network = await admitted(account)
      const next = (await network.currentEpoch()) + 1n
      const plan = await planOf({ reader: network }, next)
      if (BigInt(body.epoch) !== next || body.membersHash !== plan.membersHash)
        throw new OtherPlanError()
      const dealings = body.dealings as unknown as SignedDealing[]
      const { epoch, members } = plan
      const offer = await enclave.accept({ epoch, members }, dealings, BigInt(body.expiresAt))
      return { tagCommitment: offer.keys.tagCommitment, signature: offer.signature }
    },
    epochShare: async ({ account, params }) => {
      const network = known()
      const epoch = BigInt(params.epoch)
      if (epoch < 1n || epoch > (await network.currentEpoch())) throw new OtherPlanError()
      const { tagCommitment } = await network.epoch(epoch)
      return await enclave.wrapShare(epoch, tagCommitment, account)
    },
  }
}

export class NoNetworkError extends AmbrosiaError {
  constructor() {
    super('Oracle.NoNetwork', 'this network has no admission and no epochs')
  }
}

export class NotAdmittedError extends AmbrosiaError {
  constructor() {
    super('Oracle.NotAdmitted', 'this is for oracles of the network')
  }
}

export class NoApplicationError extends AmbrosiaError {
  constructor() {
    super('Oracle.NoApplication', 'this operator has not applied')
  }
}

export class NoDealingError extends AmbrosiaError {
  constructor() {
    super('Epoch.NoDealing', 'this oracle has not dealt for that epoch yet')
  }
}

export class OtherPlanError extends AmbrosiaError {
  constructor() {
    super(
      'Epoch.OtherPlan',
      'the chain, as this oracle sees it, has other members or another epoch',
    )
  }
}
