import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import { oracleEpochsAbi, oracleMeasurementsAbi } from '@ambrosia/chain/abi/admission'
import { reach } from '@ambrosia/chain/errors'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import type { Kysely } from 'kysely'
import type { PublicClient } from 'viem'
import type { OracleChain } from './chain.ts'
import type { OracleDatabase } from './database/tables.ts'
import { createDeals } from './deals/createDeals.ts'
import type { Outside } from './enclave/Enclave.ts'
import type { OracleNetwork } from './Oracle.ts'
import type { StatusSchedule } from './status/StatusSchedule.ts'
import { toStoreError } from './storeErrors.ts'

/**
 * Sealed records that are read at the same time; one that the enclave has given up must not stay
 * for ever.
 */
const MAXIMUM_READINGS = 64

/**
 * What the host does for its enclave: it reads the chain and the store, and passes on what it
 * finds.
 */
export function createOutside(options: {
  database: Kysely<OracleDatabase>
  client: PublicClient
  chain: OracleChain
  store: Pick<StoreClient, 'read'>
  statusSchedule: StatusSchedule
  operator: RequestSigner
  oracleNetwork: OracleNetwork | undefined
  /** Keeps what the enclave sealed. */
  keep: (sealed: string) => void
}): Outside {
  const { database, client, chain, oracleNetwork } = options
  const deals = createDeals({ database, chain })
  return {
    keep: async (sealed) => options.keep(sealed),
    findDeal: (dealId) => deals.find(dealId),
    dealStatus: (dealId) => deals.status(dealId),
    personCount: (dealId, personTag) => deals.personCount(dealId, personTag),
    isRecordSettled: (dealId, recordTag) => deals.isRecordSettled(dealId, recordTag),
    epochOfDeal: async (dealId) => {
      if (oracleNetwork === undefined) return undefined
      const row = await database
        .selectFrom('deal')
        .select('block_number')
        .where('deal_id', '=', dealId)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const block = await reach(() => client.getBlock({ blockNumber: BigInt(row.block_number) }))
      const epochs = { address: oracleNetwork.oracleEpochs, abi: oracleEpochsAbi } as const
      const epoch = await reach(() =>
        client.readContract({ ...epochs, functionName: 'epochAt', args: [block.timestamp] }),
      )
      const { tagCommitment } = await reach(() =>
        client.readContract({ ...epochs, functionName: 'epochOf', args: [epoch] }),
      )
      return { epoch, tagCommitment }
    },
    currentEpoch: async () => {
      if (oracleNetwork === undefined) return 0n
      return await reach(() =>
        client.readContract({
          address: oracleNetwork.oracleEpochs,
          abi: oracleEpochsAbi,
          functionName: 'currentEpoch',
        }),
      )
    },
    resolveDid: (did) => chain.resolver.resolve(did),
    didVersions: (id, atSec) => chain.didVersions(id, atSec),
    statusLists: (issuers, asOfSec) => options.statusSchedule.listsAt(issuers, asOfSec),
    ...createReadings(options),
    measurementOf: async (measurement) => {
      if (oracleNetwork === undefined) return undefined
      const { activatesAt, sunsetAt } = await reach(() =>
        client.readContract({
          address: oracleNetwork.oracleMeasurements,
          abi: oracleMeasurementsAbi,
          functionName: 'measurementOf',
          args: [measurement],
        }),
      )
      if (activatesAt === 0n) return undefined
      const entry = { measurement, activatesAtSec: Number(activatesAt) }
      return sunsetAt === 0n ? entry : { ...entry, sunsetAtSec: Number(sunsetAt) }
    },
  }
}

function createReadings(options: {
  store: Pick<StoreClient, 'read'>
  operator: RequestSigner
}): Pick<Outside, 'openSealed' | 'readSealed'> {
  const readings = new Map<number, AsyncIterator<Uint8Array>>()
  let next = 1
  return {
    openSealed: async (_store, contentAddress, sizeBytes) => {
      const id = next++
      try {
        const source = await options.store.read(options.operator, contentAddress, sizeBytes)
        readings.set(id, source[Symbol.asyncIterator]())
      } catch (error) {
        throw toStoreError(error)
      }
      const [oldest] = readings.keys()
      if (readings.size > MAXIMUM_READINGS && oldest !== undefined) {
        void readings.get(oldest)?.return?.()
        readings.delete(oldest)
      }
      return id
    },
    readSealed: async (id) => {
      try {
        const piece = await readings.get(id)?.next()
        if (piece !== undefined && piece.done !== true) return piece.value
        readings.delete(id)
        return undefined
      } catch (error) {
        readings.delete(id)
        throw toStoreError(error)
      }
    },
  }
}
