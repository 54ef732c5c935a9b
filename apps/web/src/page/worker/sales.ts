import type { QuorumCertificate } from '@ambrosia/exchange/QuorumCertificate'
import { paymentToReturn, type SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { revokeConsent, sweep as sweepProceeds } from '@ambrosia/sdk/provider/revokeConsent'
import { readRecords } from '@ambrosia/sdk/readRecords'
import { developmentAccount, network } from './network.ts'
import { UnknownError } from './records.ts'
import * as wallet from './wallet.ts'

/** A sale on its way, or made. Everything is kept, so that a reload in the middle loses nothing. */
export type Sale = {
  id: string
  recordId: string
  dealId: Hex
  title: string
  consumerName: string
  startedAt: number
  step: 'certified' | 'settled'
  provider: Hex
  score: number
  net: bigint
  /** The words of the permission to check, and of the consent. */
  permission: readonly string[]
  sentences: string[]
  leaving: number
  total: number
  contentAddress: string
  sealedSizeBytes: number
  sealedHead: Uint8Array
  oracles: { signed: Hex[]; missing: { oracle: Hex; code: string }[] }
  certificate: QuorumCertificate
  selected: { explanation: string; labels: readonly string[] }
  consentSignature?: Hex
  answersHash?: Hex
  transaction?: Hex
  gas?: bigint
  settled?: SettledRecord
  settledId?: Hex
}

/** Every sale with what the chain says of it now. */
export async function listSales() {
  const sales = await wallet.list<Sale>('sale.')
  const { chain } = await network()
  return await Promise.all(
    sales.map(async (sale) => {
      if (sale.settledId === undefined) return { sale, status: 'certified' as const }
      const [found] = await readRecords(chain, { recordId: sale.settledId })
      const refund = sale.settled && isOpen(sale.settled) ? paymentToReturn(sale.settled) : 0n
      return { sale, status: found?.status ?? ('unknown' as const), refund }
    }),
  )
}

/** Whether the payment can still return; a claim of the consumer may keep that open for longer. */
function isOpen({ deliveryEnd }: SettledRecord): boolean {
  return Date.now() / 1000 <= Number(deliveryEnd)
}

/**
 * Revokes a consent: the sale is undone where the payment can return, else stopped, as the consent
 * says.
 */
export async function revoke({ saleId }: { saleId: string }): Promise<{ transaction: Hex }> {
  const sale = await keptSale(saleId)
  const { chain, now } = await network()
  if (!sale.settled || !sale.settledId) throw new NotSettledError('nothing to revoke')
  const provider = wallet.account(providerName(sale.recordId, sale.dealId))
  const options = {
    chain,
    provider,
    relayer: await developmentAccount('relayer'),
    record: sale.settled,
    recordId: sale.settledId,
    now,
  }
  const undone = isOpen(sale.settled)
    ? await revokeConsent({ ...options, payer: provider }).catch((error: unknown) => {
        // The proceeds were moved on: a stop hangs on no balance.
        if (error instanceof AmbrosiaError && error.code === 'Chain.PaymentReturnShort') return
        throw error
      })
    : undefined
  const receipt = undone ?? (await revokeConsent(options))
  return { transaction: receipt.transactionHash }
}

/** Moves what a sale brought to the wallet's own account. */
export async function sweep({ saleId }: { saleId: string }) {
  const sale = await keptSale(saleId)
  const { chain, now } = await network()
  const { amount, receipt } = await sweepProceeds({
    chain,
    payout: wallet.account(providerName(sale.recordId, sale.dealId)),
    relayer: await developmentAccount('relayer'),
    to: wallet.account('savings').address,
    now,
  })
  return { amount, transaction: receipt.transactionHash }
}

export async function keptSale(id: string): Promise<Sale> {
  const sale = await wallet.get<Sale>(id)
  if (!sale) throw new UnknownError('sale')
  return sale
}

/**
 * The account of a record in a deal: a fresh one, so that sales can't be told to be one person's.
 */
export function providerName(id: string, dealId: Hex): string {
  return `${id}.${dealId}`
}

export class NotSettledError extends AmbrosiaError {
  constructor(code: string) {
    super('Page.NotSettled', `the contract refused the sale: ${code}`, {
      hint: 'Nothing was paid and no consent stands. Offer the record again.',
    })
  }
}
