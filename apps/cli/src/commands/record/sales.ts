import type { RecordOnChain } from '@ambrosia/sdk/readRecords'
import type { Command } from 'commander'
import { amount, type Token, time } from '../../figures.ts'
import { show } from '../../output.ts'
import type { SignedSale } from '../../wallet/sales.ts'

type Sale = { sale: SignedSale; settled: RecordOnChain | undefined; token: Token | undefined }

/** `ambrosia record sales`. */
export function define(sales: Command): void {
  sales
    .option('--words', 'print the sentences that were signed too', false)
    .addHelpText(
      'after',
      `
What was sold from this wallet: to whom, for how much, until when a revocation gives the money back, and the ids that revoke and sweep ask for.

Example:
  ambrosia record sales --words

With --json: {"version":1,"ok":true,"sales":[{"name":"alice","deal":"0x…","recordId":"0x…","status":"settled","net":"4750000000000000000","consumer":"…","consent":["…"]}]}`,
    )
    .action(async ({ words }: { words: boolean }, command: Command) => {
      const found = await readSales()
      const nowSec = BigInt(Math.floor(Date.now() / 1000))
      show(
        command,
        { sales: found.map(toJson) },
        found.flatMap((one) => linesOf(one, nowSec, words)),
        'nothing was sold from this wallet yet; see ambrosia record offer --help',
      )
    })
}

async function readSales(): Promise<Sale[]> {
  const { openSession } = await import('../../Session.ts')
  const { loadSales } = await import('../../wallet/sales.ts')
  const { readRecords } = await import('@ambrosia/sdk/readRecords')
  const { readToken } = await import('../../readToken.ts')
  const session = await openSession()
  const { chain } = session
  return await Promise.all(
    (await loadSales(session)).map(async (sale) => {
      const records = await readRecords(chain, { dealId: sale.dealId, provider: sale.account })
      const settled = records.find(({ record }) => record.consentHash === sale.consentHash)
      const token = settled ? await readToken(chain.client, settled.record.token) : undefined
      return { sale, settled, token }
    }),
  )
}

function toJson({ sale, settled }: Sale): Record<string, unknown> {
  const { version: _, dealId, ...rest } = sale
  const date = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString()
  return {
    ...rest,
    deal: dealId,
    status: settled?.status ?? 'signed',
    ...(settled === undefined
      ? {}
      : {
          recordId: settled.recordId,
          net: String(settled.record.net),
          token: settled.record.token,
          payout: settled.record.payout,
          settledAt: date(settled.record.settledAt),
          deliveryEnd: date(settled.record.deliveryEnd),
          consentUntil: date(settled.record.consentUntil),
          transaction: settled.transaction,
        }),
  }
}

function linesOf({ sale, settled, token }: Sale, nowSec: bigint, withWords: boolean): string[] {
  const contact = sale.contact === undefined ? '' : ` (${sale.contact})`
  return [
    `${sale.name} to ${sale.consumer}${contact}, for ${sale.title}`,
    `  signed     ${sale.signedAt.slice(0, 16).replace('T', ' ')} UTC; record of ${sale.issuer}`,
    `  deal       ${sale.dealId}`,
    ...(settled === undefined
      ? ['  state      signed, and not settled: withdraw it with ambrosia record cancel']
      : settledLines(settled, token, nowSec)),
    ...(withWords ? ['  I read and signed:', ...sale.consent.map((one) => `    ${one}`)] : []),
  ]
}

function settledLines(
  { record, recordId, status }: RecordOnChain,
  token: Token | undefined,
  nowSec: bigint,
): string[] {
  const isOpen = nowSec <= record.deliveryEnd
  return [
    `  record     ${recordId}`,
    `  state      ${stateOf(status, amount(record.net, token), record)}`,
    ...(status === 'settled'
      ? [
          isOpen
            ? `  revoke     until ${time(record.deliveryEnd)} the payment can go back and the sale be undone; --stop keeps it and ends later releases`
            : '  revoke     costs nothing and stops every later release',
          `  use ends   ${time(record.consentUntil)}`,
        ]
      : []),
  ]
}

/** What became of a sale, in words. */
function stateOf(
  status: RecordOnChain['status'],
  net: string,
  { payout, settledAt }: RecordOnChain['record'],
): string {
  const paid = `${net} paid to ${payout} on ${time(settledAt)}`
  if (status === 'unwound')
    return `undone: you revoked, and ${net} that was paid on ${time(settledAt)} went back`
  return status === 'revoked' ? `revoked, and the payment kept: ${paid}` : `settled: ${paid}`
}
