import { join } from 'node:path'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import { PERMISSION_LIFE_SEC } from '@ambrosia/exchange/Limits'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import type { BarePermission } from '@ambrosia/exchange/permission/uploadFault'
import { fromHex, fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import * as HttpSignature from '@ambrosia/primitives/HttpSignature'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as Database from '@ambrosia/service/Database'
import { createServer } from '@ambrosia/service/Frame'
import * as Log from '@ambrosia/service/Log'
import * as Metrics from '@ambrosia/service/Metrics'
import * as Server from '@ambrosia/service/Server'
import { accountId } from '@ambrosia/service/SignedRequest'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { newAccount, word } from '@ambrosia/testing/values'
import { type Address, getAddress } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { FileBlobStore } from '../blobs/FileBlobStore.ts'
import type { DealReader, SoldRecord } from '../chain/DealReader.ts'
import { createLocks } from '../createLocks.ts'
import { migrations } from '../database/migrations.ts'
import type { StoreDatabase } from '../database/tables.ts'
import { createUploads } from '../holdings/createUploads.ts'
import { DEFAULT_LIMITS, type Limits, type Store } from '../Store.ts'
import { servingOf } from '../servingOf.ts'

/** A chain whose state a test sets by hand. */
export type TestChain = {
  deals: Map<Hex, { terms: DealTerms; isOpen: boolean }>
  records: Map<Hex, SoldRecord>
  signers: Map<Address, Address>
  finalTimeSec: number
}

function readerOf(chain: TestChain): DealReader {
  return {
    dealOf: async (dealId) => chain.deals.get(dealId),
    recordOf: async (recordId) => chain.records.get(recordId),
    settlementOf: async (of) =>
      [...chain.records.values()].find(
        (one) =>
          one.dealId === of.dealId &&
          one.provider.toLowerCase() === of.provider.toLowerCase() &&
          one.manifestHash === of.manifestHash,
      ),
    // As on the chain, where an address has no case.
    signersOf: async (operators) => operators.map((one) => chain.signers.get(getAddress(one))),
    finalTimeSec: async () => chain.finalTimeSec,
  }
}

export const startSec = 1_800_000_000

/** A store on a free port with a folder of its own, and one open deal that names it. */
export async function startStore(t: Ending, limits: Partial<Limits> = {}) {
  const folder = useFolder(t)
  const people = {
    store: newAccount(),
    provider: newAccount(),
    consumer: newAccount(),
    operator: newAccount(),
    signer: newAccount(),
    stranger: newAccount(),
  }
  const chain: TestChain = {
    deals: new Map(),
    records: new Map(),
    signers: new Map([[people.operator.address, people.signer.address]]),
    finalTimeSec: startSec,
  }
  const dealId = word(0xd1)
  chain.deals.set(dealId, { terms: termsOf(people), isOpen: true })
  const clock = { nowSec: startSec }
  const lines: string[] = []
  const watchers: ((line: string) => void)[] = []
  const log = Log.create({
    name: 'store',
    level: 'trace',
    stream: {
      write: (line) => {
        lines.push(line)
        for (const watch of watchers) watch(line)
      },
    },
  })
  const database = await Database.open<StoreDatabase>({
    url: `sqlite:${join(folder, 'store.sqlite')}`,
    migrations,
  })
  const chainId = 31337
  const blobsFolder = join(folder, 'blobs')
  const store: Store = {
    account: people.store,
    chainId,
    domain: dealBookDomain(chainId, '0x00000000000000000000000000000000000000b0'),
    database,
    blobs: new FileBlobStore(blobsFolder),
    reader: readerOf(chain),
    limits: { ...DEFAULT_LIMITS, ...limits },
    locks: createLocks(),
    uploads: createUploads(),
    log,
    nowSec: () => clock.nowSec,
  }
  const metrics = Metrics.create({ service: 'store', withProcess: false })
  const serving = servingOf(store)
  const { description } = serving
  const app = await createServer(
    { name: 'store', description, log, metrics, requestsPerMinute: 10_000 },
    serving,
  )
  const url = await Server.listen(app, { host: '127.0.0.1', port: 0 })
  defer(t, async () => {
    await app.close()
    await database.destroy()
  })
  return {
    store,
    url,
    chain,
    clock,
    people,
    dealId,
    blobsFolder,
    lines,
    onLine: (watch: (line: string) => void) => watchers.push(watch),
  }
}

export type TestStore = Awaited<ReturnType<typeof startStore>>

function termsOf(people: Record<'store' | 'consumer' | 'operator', PrivateKeyAccount>): DealTerms {
  return {
    consumer: people.consumer.address,
    token: '0x0000000000000000000000000000000000000001',
    criteriaHash: word(1),
    agreementHash: word(2),
    purpose: word(3),
    tiers: [{ minimumScore: 50, price: 5n }],
    maximumRecords: 10,
    perPersonCap: 1,
    commissionCapBps: 1000,
    certificateLife: 600,
    deliveryWindow: 7200,
    retentionEnd: BigInt(startSec + 1_000_000),
    verifier: '0x0000000000000000000000000000000000000002',
    oracles: [people.operator.address],
    quorum: 1,
    stores: [people.store.address],
    validatorHash: word(4),
    expiry: BigInt(startSec + 100_000),
  }
}

export type Answer = { status: number; code: string | undefined; body: Record<string, unknown> }

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  return { status: response.status, code: body['code'] as string | undefined, body }
}

/** A request signed by an account for this store. */
export async function send(
  { url, store, clock }: TestStore,
  account: PrivateKeyAccount,
  method: string,
  path: string,
  json?: unknown,
  changes: Partial<HttpSignature.SignOptions> = {},
): Promise<Response> {
  const body = json === undefined ? undefined : fromUtf8(JSON.stringify(json))
  const headers = await HttpSignature.sign({
    method,
    url: `${url}${path}`,
    body,
    audience: accountId(store.chainId, store.account.address),
    keyId: accountId(store.chainId, account.address),
    nowSec: clock.nowSec,
    sign: async (base) => fromHex(await account.signMessage({ message: { raw: base } })),
    ...changes,
  })
  if (body) headers['content-type'] = 'application/json'
  const init = body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }
  return fetch(`${url}${path}`, { method, headers, ...init })
}

export const contentOf = (sizeBytes: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + seed) & 255)

/** A provider's leave to have a record checked by the oracles of the open deal, after changes. */
export async function permit(
  { store, people, clock }: Pick<TestStore, 'store' | 'people' | 'clock'>,
  account: PrivateKeyAccount,
  changes: Partial<PermissionToCheck.PermissionToCheck>,
): Promise<BarePermission> {
  const permission: PermissionToCheck.PermissionToCheck = {
    dealId: word(0xd1),
    provider: account.address,
    manifestHash: word(9),
    payloadRoot: word(5),
    oracles: [people.operator.address],
    wordsHash: word(6),
    asOf: BigInt(Math.floor(clock.nowSec)),
    validUntil: BigInt(Math.floor(clock.nowSec) + PERMISSION_LIFE_SEC),
    ...changes,
  }
  const typed = PermissionToCheck.toTypedData(permission, store.domain)
  return { permission, signature: await account.signTypedData(typed) }
}

export async function askTicket(
  test: TestStore,
  content: Uint8Array,
  options: { manifestHash?: Hex; account?: PrivateKeyAccount; changes?: object } = {},
): Promise<{ answer: Answer; cid: string; ticket: string }> {
  const { cid } = await ContentAddress.fromBytes(content)
  const account = options.account ?? test.people.provider
  const { changes = {}, manifestHash = word(9) } = options
  const { dealId = test.dealId } = changes as { dealId?: Hex }
  // What is not a deal id has no permission either; the store refuses the body for its form.
  const permitted = dealId.length === 66 ? { dealId, manifestHash } : { manifestHash }
  const { permission, signature } = await permit(test, account, permitted)
  const body = {
    dealId,
    manifestHash,
    contentAddress: cid,
    sizeBytes: content.length,
    permission: PermissionToCheck.toJson(permission),
    permissionSignature: signature,
    ...changes,
  }
  const response = await send(test, account, 'POST', '/v1/tickets', body)
  const answer = await answerOf(response)
  return { answer, cid, ticket: answer.body['ticket'] as string }
}

export async function upload(
  test: TestStore,
  cid: string,
  ticket: string,
  content: Uint8Array | ReadableStream,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${test.url}/v1/blobs/${cid}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${ticket}`,
      'content-type': 'application/octet-stream',
      ...headers,
    },
    body: content as Uint8Array<ArrayBuffer>,
    duplex: 'half',
  } as RequestInit)
  return answerOf(response)
}

/** Uploads content for the open deal. */
export async function hold(
  test: TestStore,
  content: Uint8Array,
  options: { manifestHash?: Hex; account?: PrivateKeyAccount } = {},
): Promise<{ cid: string; answer: Answer }> {
  const { cid, ticket } = await askTicket(test, content, options)
  return { cid, answer: await upload(test, cid, ticket, content) }
}

/** Lets the chain settle the record of a manifest. */
export function settle(test: TestStore, manifestHash: Hex = word(9)): SoldRecord {
  const record: SoldRecord = {
    recordId: word(0xee),
    dealId: test.dealId,
    provider: test.people.provider.address,
    consumer: test.people.consumer.address,
    manifestHash,
    consentUntilSec: startSec + 500_000,
    isRevoked: false,
  }
  test.chain.records.set(record.recordId, record)
  return record
}
