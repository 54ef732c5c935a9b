import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Contract, JsonRpcProvider } from 'ethers'
import type { Ledger } from './Ledger.ts'

/**
 * Reconciles money, records and deliveries after a chaos run. It shares no code with what it
 * checks: other libraries, the events written down again by hand, the digests computed again. Only
 * the type of the ledger is common.
 */
export type Verdict = {
  settled: number
  delivered: number
  givenUp: number
  paid: string
  refunded: string
  faults: string[]
}

const BOOK = [
  'event DealRefunded(bytes32 indexed dealId, address indexed consumer, uint256 amount, uint256 locked)',
  'event RecordSettled(bytes32 indexed recordId, bytes32 indexed dealId, address indexed provider, bytes32 personTag, bytes32 recordTag, bytes32 manifestHash, bytes32 certificateHash, bytes32 consentHash, address payout, address relayer, uint256 amounts, uint256 times, uint256 commissions)',
]
const TOKEN = [
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'function balanceOf(address) view returns (uint256)',
]

type Transfer = { from: string; to: string; value: bigint }
type Settled = { recordId: string; provider: string; price: bigint; net: bigint; shares: bigint }

export async function checkLedger(ledger: Ledger): Promise<Verdict> {
  const provider = new JsonRpcProvider(ledger.rpcUrl, undefined, { staticNetwork: true })
  try {
    const token = new Contract(ledger.token, TOKEN, provider)
    const book = new Contract(ledger.dealBook, BOOK, provider)
    const transfers = await readTransfers(token)
    const settled = await readSettled(book, ledger.deal)
    const refunded = await readRefunds(book, ledger.deal.dealId)
    const held = (await token['balanceOf']?.(ledger.dealBook)) as bigint
    const faults = [
      ...faultsOfMoney(ledger, { transfers, settled, refunded, held }),
      ...faultsOfSales(ledger, { transfers, settled }),
      ...ledger.sales.flatMap((sale) => faultsOfDelivery(sale)),
    ]
    const count = (state: string) => ledger.sales.filter((sale) => sale.state === state).length
    return {
      settled: settled.length,
      delivered: count('delivered'),
      givenUp: count('given-up'),
      paid: String(settled.reduce((sum, { net }) => sum + net, 0n)),
      refunded: String(refunded),
      faults,
    }
  } finally {
    provider.destroy()
  }
}

async function readTransfers(token: Contract): Promise<Transfer[]> {
  const logs = await token.queryFilter('Transfer', 0)
  return logs.map((log) => {
    const [from, to, value] = (log as unknown as { args: [string, string, bigint] }).args
    return { from: from.toLowerCase(), to: to.toLowerCase(), value }
  })
}

async function readSettled(book: Contract, deal: Ledger['deal']): Promise<Settled[]> {
  const logs = await book.queryFilter('RecordSettled', 0)
  return logs.flatMap((log) => {
    const { args } = log as unknown as { args: Record<string, unknown> }
    if (args['dealId'] !== deal.dealId) return []
    const { price, fee, shares } = moneyOf(args, BigInt(deal.commissionCapBps))
    return {
      recordId: String(args['recordId']),
      provider: String(args['provider']).toLowerCase(),
      price,
      net: price - fee - shares,
      shares,
    }
  })
}

/**
 * What a sale's event says of its money (docs/protocol/exchange.md, section 8): each of n signers
 * gets price x min(its rate, cap) / (10000 n), rounded down.
 */
function moneyOf(args: Record<string, unknown>, capBps: bigint) {
  const [amounts, times, commissions] = ['amounts', 'times', 'commissions'].map(
    (name) => args[name] as bigint,
  ) as [bigint, bigint, bigint]
  const price = amounts / 2n ** 128n
  const fee = amounts % 2n ** 128n
  const signers = (times / 2n ** 144n).toString(2).replaceAll('0', '').length
  let shares = 0n
  for (let place = 0; place < signers; place++) {
    const rate = (commissions / 65_536n ** BigInt(place)) % 65_536n
    shares += (price * (rate < capBps ? rate : capBps)) / (10_000n * BigInt(signers))
  }
  return { price, fee, shares }
}

async function readRefunds(book: Contract, dealId: string): Promise<bigint> {
  const logs = await book.queryFilter('DealRefunded', 0)
  return logs.reduce((sum, log) => {
    const { args } = log as unknown as { args: { dealId: string; amount: bigint } }
    return args.dealId === dealId ? sum + args.amount : sum
  }, 0n)
}

function faultsOfMoney(
  ledger: Ledger,
  found: { transfers: Transfer[]; settled: Settled[]; refunded: bigint; held: bigint },
): string[] {
  const { transfers, settled, refunded, held } = found
  const book = ledger.dealBook.toLowerCase()
  const sum = (of: Transfer[]) => of.reduce((total, { value }) => total + value, 0n)
  const came = sum(transfers.filter(({ to }) => to === book))
  const went = sum(transfers.filter(({ from }) => from === book))
  const budget = BigInt(ledger.deal.budget)
  const prices = settled.reduce((total, { price }) => total + price, 0n)
  const faults: string[] = []
  if (came - went !== held) faults.push(`${came} came, ${went} went, ${held} is held`)
  if (budget !== prices + refunded)
    faults.push(`budget ${budget} is not ${prices} spent and ${refunded} refunded`)
  // Oracles are paid after the window for delivery, which no run lasts.
  const shares = settled.reduce((total, one) => total + one.shares, 0n)
  if (held !== shares) faults.push(`${held} is held for shares of ${shares}`)
  return faults
}

function faultsOfSales(
  ledger: Ledger,
  { transfers, settled }: { transfers: Transfer[]; settled: Settled[] },
): string[] {
  const faults: string[] = []
  const book = ledger.dealBook.toLowerCase()
  const ids = new Set(settled.map(({ recordId }) => recordId))
  if (ids.size !== settled.length) faults.push('a record was settled twice')
  const providers = new Map(ledger.sales.map((sale) => [sale.provider.toLowerCase(), sale]))
  for (const { provider, recordId } of settled)
    if (!providers.has(provider)) faults.push(`${recordId} was sold by nobody that we know`)
  for (const [provider, { state, seed }] of providers) {
    const own = settled.filter((one) => one.provider === provider)
    const paid = transfers.filter(({ from, to }) => from === book && to === provider)
    const total = paid.reduce((sum, { value }) => sum + value, 0n)
    const due = own.reduce((sum, { net }) => sum + net, 0n)
    if (total !== due) faults.push(`sale ${seed}: ${total} paid for ${due}`)
    if (state === 'given-up' && own.length > 0) faults.push(`sale ${seed}: given up, and settled`)
    if (state !== 'given-up' && own.length !== 1)
      faults.push(`sale ${seed} is ${state} and settled ${own.length} times`)
    if (state === 'settled' || state === 'under-way')
      faults.push(`sale ${seed} ended as ${state}: paid and never delivered`)
  }
  return faults
}

type Proof = { resources: { salt: string }[]; presentation: unknown }

/** Every resource that came has its digest in the credential that the issuer signed. */
function faultsOfDelivery({
  seed,
  state,
  bundleFile,
  proofFile,
}: Ledger['sales'][number]): string[] {
  if (state !== 'delivered') return []
  if (bundleFile === undefined || proofFile === undefined) return [`sale ${seed}: no files`]
  const proof = JSON.parse(readFileSync(proofFile, 'utf8')) as Proof
  const signed = JSON.stringify(proof.presentation)
  const texts = resourceTexts(readFileSync(bundleFile, 'utf8'))
  if (texts.length === 0 || texts.length !== proof.resources.length)
    return [`sale ${seed}: ${texts.length} resources for ${proof.resources.length} salts`]
  return texts.flatMap((text, index) => {
    const salt = Buffer.from(String(proof.resources[index]?.salt), 'base64url')
    const digest = createHash('sha256').update(salt).update(text, 'utf8').digest('hex')
    return signed.includes(digest) ? [] : [`sale ${seed}: resource ${index} was not signed`]
  })
}

/** The texts of the resources as they stand, for a digest is over bytes. */
function resourceTexts(bundle: string): string[] {
  const texts: string[] = []
  const mark = '"resource":'
  for (let at = bundle.indexOf(mark); at !== -1; at = bundle.indexOf(mark, at)) {
    const start = at + mark.length
    const end = endOfObject(bundle, start)
    texts.push(bundle.slice(start, end))
    at = end
  }
  return texts
}

function endOfObject(text: string, start: number): number {
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (inString) {
      if (char === '\\') at++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{') depth++
    else if (char === '}' && --depth === 0) return at + 1
  }
  return text.length
}
