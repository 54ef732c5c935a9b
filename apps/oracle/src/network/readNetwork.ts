import {
  oracleAdmissionAbi,
  oracleEpochsAbi,
  registryKeeperAbi,
} from '@ambrosia/chain/abi/admission'
import { reach } from '@ambrosia/chain/errors'
import { findEvent } from '@ambrosia/chain/readEvents'
import * as OracleSet from '@ambrosia/exchange/quorum/OracleSet'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { type Address, getAddress, type PublicClient } from 'viem'
import type { Application } from '../enclave/Enclave.ts'
import type { OracleNetwork } from '../Oracle.ts'

/** An epoch as the chain has it, with its oracles in their places. */
export type EpochOnChain = {
  epoch: bigint
  tagCommitment: Hex
  startsAt: bigint
  members: readonly { operator: Address; signer: Address }[]
}

/** What the contracts of the oracle network say. */
export type NetworkReader = ReturnType<typeof createNetworkReader>

export function createNetworkReader(client: PublicClient, network: OracleNetwork) {
  const keeper = { address: network.registryKeeper, abi: registryKeeperAbi } as const
  return {
    ...readAdmission(client, network),
    ...readEpochs(client, network),
    /** Whether the exchange's registry says of an operator what admission says. */
    isInOrder: async (operator: Address, entry: Parameters<typeof orderArgs>[1]) =>
      await reach(() =>
        client.readContract({
          ...keeper,
          functionName: 'isInOrder',
          args: orderArgs(operator, entry),
        }),
      ),
  }
}

/** What the contract of admission says. */
function readAdmission(client: PublicClient, network: OracleNetwork) {
  const { fromBlock } = network
  const admission = { address: network.oracleAdmission, abi: oracleAdmissionAbi } as const
  const applications = new Map<Hex, Application>()

  const nodeOf = (operator: Address) =>
    reach(() => client.readContract({ ...admission, functionName: 'nodeOf', args: [operator] }))
  const isActive = (operator: Address) =>
    reach(() => client.readContract({ ...admission, functionName: 'isActive', args: [operator] }))

  /** The application of a digest, as its event carried it; undefined where nobody applied so. */
  const applicationOf = async (
    operator: Address,
    digest: Hex,
  ): Promise<Application | undefined> => {
    const cached = applications.get(digest)
    if (cached !== undefined) return cached
    const event = await findEvent(
      client,
      {
        address: network.oracleAdmission,
        abi: oracleAdmissionAbi,
        eventName: 'OracleApplied',
        args: { operator, keysDigest: digest },
      },
      { fromBlock },
    )
    if (event === undefined) return undefined
    const { expiresAt, ...keys } = event.args.keys
    const application = {
      keys: { ...keys, expiresAtSec: expiresAt },
      evidence: fromHex(event.args.evidence),
    }
    applications.set(digest, application)
    return application
  }

  return {
    nodeOf,
    isActive,
    applicationOf,
    /** Digest of the pending application of an operator, or undefined. */
    pendingOf: async (operator: Address): Promise<Hex | undefined> => {
      const digest = await reach(() =>
        client.readContract({ ...admission, functionName: 'applicationOf', args: [operator] }),
      )
      return /^0x0+$/.test(digest) ? undefined : digest
    },
    /** Active oracles, in the order of the contract. */
    activeMembers: async (): Promise<{ operator: Address; signer: Address }[]> => {
      const members = await reach(() =>
        client.readContract({ ...admission, functionName: 'members' }),
      )
      const active: { operator: Address; signer: Address }[] = []
      for (const operator of members) {
        if (await isActive(operator))
          active.push({ operator, signer: (await nodeOf(operator)).signer })
      }
      return active
    },
    /** Keys and evidence with which an active oracle was admitted. */
    admittedWith: async (operator: Address): Promise<Application | undefined> => {
      const event = await findEvent(
        client,
        {
          address: network.oracleAdmission,
          abi: oracleAdmissionAbi,
          eventName: 'OracleNodeAdmitted',
          args: { operator },
        },
        { fromBlock },
      )
      return event === undefined ? undefined : await applicationOf(operator, event.args.keysDigest)
    },
    founders: () => reach(() => client.readContract({ ...admission, functionName: 'founders' })),
  }
}

/** What the contract of epochs says. */
function readEpochs(client: PublicClient, network: OracleNetwork) {
  const epochs = { address: network.oracleEpochs, abi: oracleEpochsAbi } as const
  /**
   * Sets that were decoded: by address and commitment, since a reorganised chain can have another
   * set at the same address.
   */
  const sets = new Map<string, EpochOnChain['members']>()
  return {
    epochLength: () => reach(() => client.readContract({ ...epochs, functionName: 'epochLength' })),
    currentEpoch: () =>
      reach(() => client.readContract({ ...epochs, functionName: 'currentEpoch' })),
    epoch: async (epoch: bigint): Promise<EpochOnChain> => {
      const { set, tagCommitment, startsAt } = await reach(() =>
        client.readContract({ ...epochs, functionName: 'epochOf', args: [epoch] }),
      )
      const name = `${set} ${tagCommitment}`
      const decoded = sets.get(name)
      if (decoded !== undefined) return { epoch, tagCommitment, startsAt, members: decoded }
      const code = await reach(() => client.getCode({ address: set }))
      const members = OracleSet.decode(fromHex(code ?? '0x')).map(({ operator, signer }) => ({
        operator: getAddress(operator),
        signer: getAddress(signer),
      }))
      sets.set(name, members)
      return { epoch, tagCommitment, startsAt, members }
    },
  }
}

function orderArgs(
  operator: Address,
  entry: {
    signer: Address
    encryptionKey: Hex
    measurement: Hex
    commissionBps: number
    commissionCapBps: number
    maximumChangeBps: number
    commissionChangedAt: number
    epoch: bigint
    endpoint: string
  },
) {
  return [operator, { ...entry, status: 0 }] as const
}
