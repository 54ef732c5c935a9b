import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import type { RegisteredOracle } from '@ambrosia/chain/read/oracle'
import { PURPOSES } from '@ambrosia/credentials/DidAmbrosia'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Deal from '@ambrosia/exchange/Deal'
import type { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Database from '@ambrosia/service/Database'
import * as Log from '@ambrosia/service/Log'
import { createMemoryKeystore } from '@ambrosia/testing/createMemoryKeystore'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { hash, newAccount } from '@ambrosia/testing/values'
import type { Kysely } from 'kysely'
import { type Address, isAddressEqual, type LocalAccount } from 'viem'
import type { OracleChain } from '../chain.ts'
import { migrations } from '../database/migrations.ts'
import type { OracleDatabase } from '../database/tables.ts'
import { createEnclave } from '../enclave/createEnclave.ts'
import type { EnclaveSettings } from '../enclave/Enclave.ts'
import type { EnclaveKeys } from '../enclave/keys.ts'
import { openPlatform } from '../enclave/platform.ts'
import { createTagSecret } from '../enclave/tagSecret.ts'
import type { Oracle } from '../Oracle.ts'
import { createOutside } from '../outside.ts'

type Setting = Awaited<ReturnType<typeof createSetting>>

const NO_LISTS = {
  listsAt: async () => ({ epochSec: 0, lists: [] }),
  watch: () => {},
  end: () => {},
  stop: () => {},
}

/** What a test may change about the chain. */
type ChainState = {
  status: Awaited<ReturnType<OracleChain['dealStatus']>>
  slots: { isSettled: boolean; personCount: number }
  block: { timestamp: bigint; number: bigint }
}

/**
 * An oracle in memory for the submission of a setting: its chain and its store are what the test
 * makes of them.
 */
export async function createOracle(
  t: Ending,
  setting: Setting,
  { hasTagSecret = true }: { hasTagSecret?: boolean } = {},
) {
  const { context, deal, terms, parts, offer } = setting
  const lines: string[] = []
  const log = Log.create({
    name: 'oracle',
    level: 'trace',
    stream: { write: (l) => lines.push(l) },
  })
  const database = await Database.open<OracleDatabase>({ url: 'sqlite::memory:', migrations })
  defer(t, () => database.destroy())
  const keystore = createMemoryKeystore()
  if (hasTagSecret) createTagSecret(keystore)
  const consumer = await Envelope.createKeyPair()
  const { operator } = context.self
  // The setting's submission names this operator; nobody has its key.
  const operatorAccount = { ...newAccount(), address: operator } as LocalAccount
  const keys = keysOf(setting)
  const registered: RegisteredOracle[] = [registrationOf(operator, parts.pair.publicKey)]
  const state: ChainState = {
    status: { state: 'Active', available: 5n, records: 0, stoppedAtSec: 0 },
    slots: { isSettled: false, personCount: 0 },
    block: { timestamp: parts.asOfSec, number: 100n },
  }
  const chain = chainOf(setting, state, registered, consumer.publicKey)
  const store = createFakeStore(offer.sealed)
  const now = (): number => Number(parts.asOfSec) * 1000
  const client = { getBlock: async () => state.block } as never
  const reading = { database, client, chain, store: store.client, statusSchedule: NO_LISTS }
  const settings: EnclaveSettings = {
    mode: 'development',
    chainId: deal.chainId,
    dealBook: deal.dealBook,
    oracleRegistry: newAccount().address,
    operator,
    network: undefined,
  }
  /** An enclave with other settings or keys than the oracle's. */
  const makeEnclave = (change: { settings?: Partial<EnclaveSettings>; keys?: EnclaveKeys } = {}) =>
    createEnclave({
      settings: { ...settings, ...change.settings },
      keystore,
      platform: openPlatform({ mode: 'development', validatorHash: terms.validatorHash }),
      outside: createOutside({
        ...reading,
        operator: operatorAccount,
        oracleNetwork: undefined,
        keep: () => {},
      }),
      now,
      keys: change.keys ?? keys,
      listsAt: context.listsAt,
    })
  const enclave = await makeEnclave()
  const oracle: Oracle = {
    ...reading,
    chainId: deal.chainId,
    dealBook: deal.dealBook,
    consentBook: hash('consent book').slice(0, 42) as Address,
    operator: operatorAccount,
    enclave,
    described: await enclave.describe(),
    oracleNetwork: undefined,
    log,
    fetch: async () => {
      throw new TypeError('nobody answers')
    },
    now,
  }
  return {
    oracle,
    keys,
    keystore,
    makeEnclave,
    state,
    store,
    registered,
    consumer,
    /** Lets the oracle know the deal of the setting. */
    knowDeal: () => keepDeal(database, setting),
    lines,
  }
}

export type TestOracle = Awaited<ReturnType<typeof createOracle>>

/** The keys that the submission of the setting is sealed to. */
function keysOf({ context, parts }: Setting): EnclaveKeys {
  const { operator, keyId, epoch } = context.self
  const { publicKey, privateKey } = parts.pair
  return { operator, signer: newAccount(), publicKey, privateKey, keyId, epoch }
}

async function keepDeal(database: Kysely<OracleDatabase>, { deal, terms }: Setting): Promise<void> {
  const row = {
    deal_id: deal.dealId,
    salt: hash('salt'),
    terms: JSON.stringify(Deal.toJson(terms)),
    criteria: JSON.stringify(deal.criteria),
    block_number: 1,
    ended: 0,
  }
  await database.insertInto('deal').values(row).execute()
}

/** The chain as its state says at the moment of asking. */
function chainOf(
  { context, deal, parts }: Setting,
  state: ChainState,
  registered: readonly RegisteredOracle[],
  deliveryKey: Uint8Array,
): OracleChain {
  return {
    resolver: context.resolver,
    dealStatus: async () => state.status,
    slots: async () => state.slots,
    oracle: async (asked) =>
      registered.find((one) => isAddressEqual(one.operator, asked)) ??
      registrationOf(asked, new Uint8Array(32), 'None'),
    operators: async () =>
      registered.filter(({ status }) => status === 'Active').map((one) => one.operator),
    didVersions: async () => [
      {
        controller: deal.consumer,
        methods: [
          {
            fragment: 'delivery-1',
            purposes: PURPOSES.keyAgreement,
            multikey: Keys.toMulticodec({ type: 'X25519', bytes: deliveryKey }),
          },
        ],
        services: [],
        versionId: 1n,
        deactivated: false,
        timeSec: parts.asOfSec - 100_000n,
      },
    ],
  }
}

export function registrationOf(
  operator: Address,
  publicKey: Uint8Array,
  status: RegisteredOracle['status'] = 'Active',
): RegisteredOracle {
  return {
    operator,
    status,
    signer: operator,
    endpoint: `http://${operator}.example`,
    encryptionKey: `0x${Buffer.from(publicKey).toString('hex')}`,
    epoch: 1n,
    commissionBps: 500,
    commissionCapBps: 1000,
    maximumChangeBps: 100,
    commissionChangedAt: 0,
    measurement: hash('measurement'),
  }
}

type Putting = Parameters<StoreClient['putRelease']>

/** A store in memory: what it gives, what was put to it, and how it fails. */
function createFakeStore(sealed: Uint8Array) {
  const put: Putting[] = []
  const documents = new Map<string, object>()
  const store = { put, documents, failure: undefined as unknown, client: {} as StoreClient }
  const answer = <T>(value: T): T => {
    if (store.failure !== undefined) throw store.failure
    return value
  }
  store.client = {
    read: async () =>
      answer(
        (async function* () {
          yield sealed
        })(),
      ),
    document: async (asked: string) => {
      const document = answer(documents.get(asked))
      if (document === undefined) throw new AmbrosiaError('Document.NotFound', 'none')
      return fromUtf8(CanonicalJson.stringify(document))
    },
    putRelease: async (...args: Putting) => {
      answer(undefined)
      put.push(args)
    },
  } as Partial<StoreClient> as StoreClient
  return store
}
