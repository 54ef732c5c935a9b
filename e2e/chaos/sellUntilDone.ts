import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { reach } from '@ambrosia/chain/errors'
import { readSettled } from '@ambrosia/chain/read/exchange'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { certifyOffer, prepareOffer, type SealedForDeal } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import type { Hex } from 'viem'
import { createOffering, type Ground } from '../support/offering.ts'
import type { Sale } from './Ledger.ts'

export type Selling = {
  ground: Ground
  deal: OpenedDeal
  folder: string
  /** False once no sale is begun any more; those under way go on until then. */
  mayTry: () => boolean
  confirmations: number
  log: (line: string) => void
}

const RETRY_MS = 1_000

/** Sells one record as a person would: tries again what failed, until it is delivered. */
export async function sellUntilDone(selling: Selling, seed: number, sale: Sale): Promise<void> {
  const { ground, deal } = selling
  const retry = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    while (selling.mayTry()) {
      sale.tries++
      try {
        return await work()
      } catch (error) {
        const { code, message } = toPlain(error)
        sale.refusals.push(code)
        // What no code is for is looked into.
        if (code === 'Internal') selling.log(`sale ${seed}: ${message}`)
        await pause(RETRY_MS)
      }
    }
    return undefined
  }
  const offering = await retry(() => createOffering(ground, deal, seed))
  if (offering === undefined) return giveUp(sale)
  sale.provider = offering.account.address
  let sealed: SealedForDeal | undefined
  const sold = await retry(async () => {
    // Where an earlier try went through unseen, nothing is settled twice.
    const known = await findSettled(selling, offering.account.address)
    if (known !== undefined) return await untilFinal(selling, offering.account.address)
    // The same upload again: of new ones a store holds only a few of an account.
    sealed ??= await prepareOffer(offering)
    const permission = await permitCheck({ offering, sealed })
    const certificate = await certifyOffer(offering, sealed, permission)
    const consent = await ground.consent(offering, certificate)
    await settle({
      chain: ground.network.chain,
      relayer: developmentAccount('relayer'),
      deal,
      settlements: [toSettlement(deal.terms, certificate, consent)],
      strict: true,
    })
    return await untilFinal(selling, offering.account.address)
  })
  if (sold === undefined) return giveUp(sale)
  sale.state = 'settled'
  sale.recordId = sold.recordId
  const collected = await retry(() => collect(selling, sold, offering.loader))
  if (collected === undefined) return
  sale.bundleFile = join(selling.folder, `${seed}.bundle.json`)
  sale.proofFile = join(selling.folder, `${seed}.proof.json`)
  writeFileSync(sale.bundleFile, collected.bundleText)
  writeFileSync(sale.proofFile, JSON.stringify(collected.proof))
  sale.state = 'delivered'
}

function giveUp(sale: Sale): void {
  sale.state = 'given-up'
}

type Sold = { recordId: Hex; record: SettledRecord }

/** The settled record of a provider that no reorganisation takes back any more. */
async function untilFinal(selling: Selling, provider: Hex): Promise<Sold> {
  const { client } = selling.ground.network.chain
  const readHead = () => reach(() => client.getBlockNumber({ cacheTime: 0 }))
  const from = await readHead()
  for (;;) {
    if ((await readHead()) >= from + BigInt(selling.confirmations)) break
    await pause(500)
  }
  const found = await findSettled(selling, provider)
  if (found === undefined) throw new GoneError()
  return found
}

async function findSettled({ ground, deal }: Selling, provider: Hex): Promise<Sold | undefined> {
  const { client, contracts } = ground.network.chain
  const dealBook = { address: contracts.dealBook, fromBlock: 0n }
  const [sold] = await readSettled(client, dealBook, { dealId: deal.dealId, provider })
  return sold
}

/** The chain took the settlement back. */
class GoneError extends AmbrosiaError {
  constructor() {
    super('Chaos.SettlementGone', 'the chain came back without the settlement')
  }
}

function collect(
  { ground, deal }: Selling,
  { recordId, record }: Sold,
  loader: Parameters<typeof collectRecord>[0]['loader'],
) {
  const { chain } = ground.network
  return collectRecord({
    chainId: chain.chainId,
    dealBook: chain.contracts.dealBook,
    recordId,
    record,
    criteria: deal.criteria,
    account: ground.consumer,
    key: ground.consumerKey,
    store: ground.store,
    resolver: chain.resolver,
    loader,
    now: Date.now,
    pause: (ms) => pause(ms),
  })
}
