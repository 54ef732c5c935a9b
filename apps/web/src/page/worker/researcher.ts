import { createIssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import * as DidAmbrosia from '@ambrosia/credentials/DidAmbrosia'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Export from '@ambrosia/health/Export'
import type { Resource } from '@ambrosia/health/Resource'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { fromDecimal } from '@ambrosia/primitives/Units'
import { changeDeal as change } from '@ambrosia/sdk/consumer/changeDeal'
import { type CollectedRecord, collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import { openDeal as open } from '@ambrosia/sdk/consumer/openDeal'
import { verifyDelivery } from '@ambrosia/sdk/consumer/verifyDelivery'
import { createConsumerDid, FIRST_SALT } from '@ambrosia/sdk/identity/createDid'
import { loadDeal } from '@ambrosia/sdk/loadDeal'
import { readRecords } from '@ambrosia/sdk/readRecords'
import { createWalletClient, custom, parseEther } from 'viem'
import { type Draft, toCriteria } from './criteria.ts'
import { developmentAccount, network } from './network.ts'
import { isBrowserAccount, researcherAccount } from './researcherAccount.ts'
import * as wallet from './wallet.ts'

declare const __VALIDATOR_HASH__: Hex

const NAME = 'researcher'
const DAY_SEC = 86_400
const FAUCET_MED = fromDecimal('1000')

/**
 * The researcher of this wallet: account, money, and whether the DID stands that names the key for
 * deliveries.
 */
export async function researcher() {
  const { chain } = await network()
  const account = await researcherAccount()
  const did = didOf(account.address, chain.chainId)
  const [balance, ether, resolved] = await Promise.all([
    chain.client.readContract({
      address: chain.contracts.medToken,
      abi: medTokenAbi,
      functionName: 'balanceOf',
      args: [account.address],
    }),
    chain.client.getBalance({ address: account.address }),
    chain.resolver.resolve(did),
  ])
  return {
    address: account.address,
    isBrowser: await isBrowserAccount(),
    did,
    balance,
    ether,
    isReady: resolved.didDocument !== null,
  }
}

/** Makes the researcher's DID; in development well-known accounts give what it takes to begin. */
export async function becomeResearcher(): Promise<void> {
  const { chain, now } = await network()
  const account = await researcherAccount()
  const faucet = await developmentAccount('faucet')
  const tokens = await developmentAccount('tokens')
  const transport = custom({ request: (call) => chain.client.request(call as never) })
  const hash = await createWalletClient({ account: faucet, transport }).sendTransaction({
    to: account.address,
    value: parseEther('1'),
    chain: null,
  })
  await chain.client.waitForTransactionReceipt({ hash })
  await chain.send(tokens, {
    address: chain.contracts.medToken,
    abi: medTokenAbi,
    functionName: 'transfer',
    args: [account.address, FAUCET_MED],
  })
  const { isReady } = await researcher()
  if (isReady) return
  const { publicKey } = await wallet.encryptionKey(NAME)
  await createConsumerDid({
    chain,
    controller: account,
    relayer: account,
    deliveryKey: publicKey,
    now,
  })
}

export type DealForm = {
  draft: Draft
  consumerName: string
  consumerContact: string
  purpose: string
  /** MED, from a score on. */
  tiers: { minimumScore: number; price: string }[]
  maximumRecords: number
  quorum: number
  days: number
  oracles: Hex[]
}

/** Opens a deal: puts the money down and publishes what is asked for. */
export async function openDeal({ form }: { form: DealForm }) {
  const { chain, store, description, fetch, now } = await network()
  const account = await researcherAccount()
  const issuer = createIssuerClient({
    url: description.services.issuer,
    fetch: fetch as never,
    now,
  })
  const nowSec = Math.floor(now() / 1000)
  const retentionEnd = new Date((nowSec + 160 * DAY_SEC) * 1000).toISOString().slice(0, 10)
  const opened = await open({
    chain,
    store,
    account,
    criteria: toCriteria(form.draft, {
      issuer: (await issuer.service()).did,
      consumer: didOf(account.address, chain.chainId),
      purpose: form.purpose,
    }),
    agreement: agreementOf(form, retentionEnd),
    choices: {
      tiers: form.tiers
        .map(({ minimumScore, price }) => ({ minimumScore, price: fromDecimal(price) }))
        .sort((a, b) => a.minimumScore - b.minimumScore),
      maximumRecords: form.maximumRecords,
      perPersonCap: 1,
      commissionCapBps: 500,
      certificateLife: 3600,
      deliveryWindow: DAY_SEC,
      retentionEnd: BigInt(Math.floor(Date.parse(`${retentionEnd}T00:00:00Z`) / 1000)),
      oracles: form.oracles,
      quorum: form.quorum,
      stores: [await store.account()],
      validatorHash: __VALIDATOR_HASH__,
      expiry: BigInt(nowSec + form.days * DAY_SEC),
    },
    development: description.development !== undefined,
    now,
  })
  return { dealId: opened.dealId, budget: opened.budget, transaction: opened.transaction }
}

function agreementOf({ consumerName, consumerContact, purpose }: DealForm, retentionEnd: string) {
  const terms = [
    'The data is used for the stated purpose only.',
    'The data is not sold or passed on.',
    'Nobody tries to find out whom the data is about.',
  ]
  return Agreement.parse({
    version: 1,
    consumerName,
    consumerContact,
    purpose,
    resale: false,
    retentionEnd,
    terms: terms.map((text, index) => ({
      id: index + 1,
      required: true,
      title: `Term ${index + 1}`,
      text,
    })),
  })
}

type Change = 'pause' | 'resume' | 'close' | 'refund'

export async function changeDeal({ dealId, what }: { dealId: Hex; what: Change }) {
  const here = await network()
  const deal = await loadDeal(here, dealId)
  const account = await researcherAccount()
  const receipt = await change({ chain: here.chain, account, deal, change: what })
  return { transaction: receipt.transactionHash }
}

const keyOf = (recordId: Hex): string => `delivered.${recordId}`
type Delivered = { dealId: Hex; record: CollectedRecord }

/**
 * Collects what was sold into a deal: opens each record and checks it against the hospital's
 * signature.
 */
export async function collect({ dealId }: { dealId: Hex }) {
  const { chain, store, loader, now, pause } = await network()
  const deal = await loadDeal({ chain, store }, dealId)
  const { privateKey } = await wallet.encryptionKey(NAME)
  const account = await researcherAccount()
  const keyId = `${didOf(account.address, chain.chainId)}#delivery-1`
  const results: { recordId: Hex; resources: number; problem?: string }[] = []
  for (const { recordId, record, status } of await readRecords(chain, { dealId })) {
    const known = await wallet.get<Delivered>(keyOf(recordId))
    if (known) {
      results.push({ recordId, resources: known.record.resourceCount })
      continue
    }
    if (status !== 'settled') continue
    try {
      const collected = await collectRecord({
        chainId: chain.chainId,
        dealBook: chain.contracts.dealBook,
        record,
        recordId,
        criteria: deal.criteria,
        account,
        key: { keyId, privateKey },
        store,
        resolver: chain.resolver,
        loader,
        now,
        pause,
      })
      await wallet.put(keyOf(recordId), { dealId, record: collected } satisfies Delivered)
      results.push({ recordId, resources: collected.resourceCount })
    } catch (error) {
      const { code, message } = toPlain(error)
      results.push({ recordId, resources: 0, problem: `${message} (${code})` })
    }
  }
  return results
}

/**
 * The delivered records of a deal as tables, with how often each value of a laboratory result
 * occurs.
 */
export async function explore({ dealId }: { dealId: Hex }) {
  const records = await deliveredTo(dealId)
  const tables = Export.tables(records, { asOf: new Date() })
  return {
    records: records.length,
    resources: records.reduce((sum, one) => sum + one.length, 0),
    tables: tables
      .filter(({ rows }) => rows.length > 0)
      .map(({ name, columns, rows }) => ({
        name,
        columns: columns.map((column) => column.name),
        rowCount: rows.length,
        rows: rows.slice(0, 50).map((row) => row.map(cellText)),
      })),
    values: valuesOf(records),
  }
}

function valuesOf(records: readonly (readonly Resource[])[]) {
  const found = new Map<string, number[]>()
  for (const resource of records.flat()) {
    const { code, valueQuantity } = resource.value as unknown as {
      code?: { coding?: { code?: string }[] }
      valueQuantity?: { value?: { text?: string } | number; unit?: string }
    }
    const raw = valueQuantity?.value
    const value = Number(typeof raw === 'object' ? raw?.text : raw)
    const name = code?.coding?.[0]?.code
    if (name === undefined || !Number.isFinite(value)) continue
    const key = `${name} ${valueQuantity?.unit ?? ''}`.trim()
    found.set(key, [...(found.get(key) ?? []), value])
  }
  return [...found].map(([name, values]) => ({ name, values }))
}

function cellText(cell: Export.Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'object' && 'text' in cell) return cell.text
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}

/** The delivered records as a file. */
export async function download(options: {
  dealId: Hex
  form: 'csv' | 'parquet' | 'ndjson'
  table: string
}): Promise<{ name: string; bytes: Uint8Array }> {
  const records = await deliveredTo(options.dealId)
  if (options.form === 'ndjson') {
    return { name: 'records.ndjson', bytes: Export.toNdjson(records.flat()) }
  }
  const tables = Export.tables(records, { asOf: new Date() })
  const table = tables.find(({ name }) => name === options.table)
  if (!table) throw new NothingDeliveredError()
  const bytes = options.form === 'csv' ? Export.toCsv(table) : Export.toParquet(table)
  return { name: `${table.name}.${options.form}`, bytes }
}

/** Checks every delivered record once more, without trusting an oracle. */
export async function verifyAll({ dealId }: { dealId: Hex }) {
  const { chain, loader } = await network()
  const delivered = await wallet.list<Delivered>('delivered.')
  return await Promise.all(
    delivered
      .filter((one) => one.dealId === dealId)
      .map(async ({ record }) => {
        const { bundleText, proof, recordId } = record
        try {
          const { issuer, resourceCount } = await verifyDelivery({
            bundleText,
            proof,
            loader,
            resolver: chain.resolver,
          })
          return { recordId, issuer, resourceCount, isGood: true as const }
        } catch (error) {
          return { recordId, isGood: false as const, problem: toPlain(error).code }
        }
      }),
  )
}

async function deliveredTo(dealId: Hex) {
  const delivered = await wallet.list<Delivered>('delivered.')
  const records = delivered
    .filter((one) => one.dealId === dealId)
    .map(({ record }) => Bundle.readResources(record.bundleText))
  if (records.length === 0) throw new NothingDeliveredError()
  return records
}

function didOf(address: Hex, chainId: number): string {
  return DidAmbrosia.toDid(chainId, DidAmbrosia.idOf(address, fromHex(FIRST_SALT)))
}

export class NothingDeliveredError extends AmbrosiaError {
  constructor() {
    super('Page.NothingDelivered', 'nothing has been delivered into this deal yet', {
      hint: 'Collect first; oracles release a key a moment after a sale.',
    })
  }
}
