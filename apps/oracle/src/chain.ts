import { consentBookAbi } from '@ambrosia/chain/abi/exchange'
import { reach } from '@ambrosia/chain/errors'
import { contractOf, fromBlockOf, type Network } from '@ambrosia/chain/Network'
import { readDealStatus } from '@ambrosia/chain/read/exchange'
import { readDidVersions } from '@ambrosia/chain/read/identity'
import { type RegisteredOracle, readOperators, readOracle } from '@ambrosia/chain/read/oracle'
import type { OnChainDocument } from '@ambrosia/credentials/DidAmbrosia'
import { fromContractVersion } from '@ambrosia/credentials/DidMessage'
import { createResolver, type Resolvable } from '@ambrosia/credentials/Resolver'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address, PublicClient } from 'viem'
import { versionsAt } from './versionsAt.ts'

/** What an oracle reads from the chain. */
export type OracleChain = {
  resolver: Resolvable
  dealStatus(dealId: Hex): ReturnType<typeof readDealStatus>
  /** Slots of a person and a record in a deal. */
  slots(
    deal: { dealId: Hex; perPersonCap: number },
    personTag: Hex,
    recordId: Hex,
  ): Promise<{ isSettled: boolean; personCount: number }>
  oracle(operator: Address): Promise<RegisteredOracle>
  operators(): Promise<readonly Address[]>
  /**
   * The versions of a consumer's DID that decide its key at a time (seconds), with the time of
   * their block, oldest first: three at most.
   */
  didVersions(id: Hex, atSec: bigint): Promise<(OnChainDocument & { timeSec: bigint })[]>
}

const ZERO = `0x${'00'.repeat(32)}` as const

export function createOracleChain(client: PublicClient, network: Network): OracleChain {
  const didRegistry = {
    address: contractOf(network, 'didRegistry'),
    fromBlock: fromBlockOf(network),
  }
  const dealBook = contractOf(network, 'dealBook')
  const consentBook = contractOf(network, 'consentBook')
  const oracleRegistry = contractOf(network, 'oracleRegistry')
  const versionsOf = (id: Hex, atBlock?: bigint) =>
    readDidVersions(client, didRegistry, id, atBlock)
  return {
    resolver: createResolver({
      readDidAmbrosia: async (chainId, id, atBlock) => {
        if (chainId !== BigInt(network.chainId)) return undefined
        const last = (await versionsOf(id, atBlock)).at(-1)
        return last ? fromContractVersion(last) : undefined
      },
    }),
    dealStatus: (dealId) => readDealStatus(client, dealBook, dealId),
    slots: async (deal, personTag, recordId) => {
      const [, isSettled, ordinal] = await reach(() =>
        client.readContract({
          address: consentBook,
          abi: consentBookAbi,
          functionName: 'look',
          args: [dealBook, ZERO, deal.dealId, personTag, recordId, deal.perPersonCap],
        }),
      )
      return { isSettled, personCount: ordinal }
    },
    oracle: (operator) => readOracle(client, oracleRegistry, operator),
    operators: () => readOperators(client, oracleRegistry),
    didVersions: async (id, atSec) => {
      const timeOf = async (blockNumber: bigint): Promise<bigint> =>
        (await reach(() => client.getBlock({ blockNumber }))).timestamp
      const versions = await versionsAt(await versionsOf(id), atSec, timeOf)
      return versions.map((one) => ({ ...fromContractVersion(one), timeSec: one.timeSec }))
    },
  }
}
