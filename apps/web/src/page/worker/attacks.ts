import { medTokenAbi } from '@ambrosia/chain/abi/token'
import * as Certificate from '@ambrosia/exchange/Certificate'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { giveConsent } from '@ambrosia/sdk/provider/giveConsent'
import {
  certifyOffer,
  type Offering,
  prepareOffer,
  type SealedForDeal,
} from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import { privateKeyToAccount } from 'viem/accounts'
import { developmentAccount } from './network.ts'
import { offeringOf } from './offers.ts'
import { addRecord, removeRecord, sampleBundle } from './records.ts'
import { keptSale, type Sale } from './sales.ts'

export type AttackName =
  | 'replay'
  | 'changedByte'
  | 'forgedCertificate'
  | 'lyingOracle'
  | 'otherPayout'

export type AttackResult = { refusedBy: string; code: string; why: string; moneyMoved: boolean }

/**
 * Tries to cheat with a sale that was made here, for real, against the running network. An attack
 * that is accepted is an error. @throws Page.AttackAccepted
 */
export async function attack({
  name,
  saleId,
}: {
  name: AttackName
  saleId: string
}): Promise<AttackResult> {
  const sale = await keptSale(saleId)
  const before = await balances(sale)
  const refusal = await refusedBy(() => WAYS[name](sale))
  const moneyMoved = (await balances(sale)) !== before
  if (!refusal || moneyMoved) throw new AttackAcceptedError(name)
  return { ...refusal, moneyMoved }
}

/** Returns the contract's code where it was the contract; throws what the services refuse. */
type Way = (sale: Sale) => Promise<string | undefined>

const WAYS: Readonly<Record<AttackName, Way>> = {
  /** The relayer hands in the settled consent once more. */
  replay: async (sale) => await settleAgain(sale, {}),

  /** One digit of what the hospital signed is another one. */
  changedByte: async (sale) => {
    const offering = await offeringOf(sale.recordId, sale.dealId)
    const { selected } = await prepareOffer(offering)
    const target = selected.indexes.find((index) =>
      /"value":\d/.test(offering.record.resources[index]?.text ?? ''),
    )
    const resources = offering.record.resources.map((resource, index) =>
      index === (target ?? selected.indexes[0])
        ? { ...resource, text: changed(resource.text) }
        : resource,
    )
    const forged = { ...offering, record: { ...offering.record, resources } }
    const sealed = await prepareOffer(forged)
    await certifyOffer(forged, sealed, await permitCheck({ offering: forged, sealed }))
    return undefined
  },

  /** A certificate with a better score, under signatures of a stranger in the oracles' names. */
  forgedCertificate: async (sale) => {
    const { chain } = await offeringOf(sale.recordId, sale.dealId)
    const domain = dealBookDomain(chain.chainId, chain.contracts.dealBook)
    // Tags of its own: it must not be refused for being a replay.
    const certificate = {
      ...sale.certificate.certificate,
      score: 100,
      personTag: toHex(random(32)),
      recordTag: toHex(random(32)),
    }
    const stranger = privateKeyToAccount(toHex(random(32)))
    const signature = await stranger.signTypedData(Certificate.toTypedData(certificate, domain))
    const signatures = sale.certificate.signatures.map(({ oracle }) => ({ oracle, signature }))
    const certificateHash = Certificate.hash(certificate, domain)
    return await settleAgain(sale, { certificate, certificateHash, signatures })
  },

  /**
   * Oracles answer with a better score than they signed; one honest one is less than the quorum.
   */
  lyingOracle: async (sale) => {
    // A record that was never sold, so that honest oracles have nothing to refuse.
    const { bundle } = await sampleBundle({ seed: 7 })
    const { id } = await addRecord({ bundle, label: 'for an attack' })
    try {
      const offering = await offeringOf(id, sale.dealId)
      const lied = { ...offering, fetch: fetchOfHonestOne(offering) }
      const sealed = await prepareOffer(lied)
      await certifyOffer(lied, sealed, await permitCheck({ offering: lied, sealed }))
      return undefined
    } finally {
      await removeRecord({ id })
    }
  },

  /** The relayer lets the money go elsewhere. */
  otherPayout: async (sale) =>
    await settleAgain(sale, {}, privateKeyToAccount(toHex(random(32))).address),
}

/** Lets one oracle's answer through as it is and improves the score of every other's. */
function fetchOfHonestOne({ fetch }: Offering): Offering['fetch'] {
  let honest: string | undefined
  return async (url, init) => {
    const answer = await fetch(url, init)
    if (!url.endsWith('/v1/submissions') || !answer.ok) return answer
    honest ??= url
    if (url === honest) return answer
    const said = (await answer.json()) as { certificate: { score: number } }
    const body = JSON.stringify({ ...said, certificate: { ...said.certificate, score: 99 } })
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}

async function settleAgain(
  sale: Sale,
  change: Partial<Sale['certificate']>,
  payout?: `0x${string}`,
): Promise<string | undefined> {
  const offering = await offeringOf(sale.recordId, sale.dealId)
  const certificate = { ...sale.certificate, ...change }
  const sealed = { selected: sale.selected } as SealedForDeal
  const { consent } = await giveConsent({ offering, sealed, certificate })
  const carried = payout ? { ...consent, consent: { ...consent.consent, payout } } : consent
  const result = await settle({
    chain: offering.chain,
    relayer: await developmentAccount('relayer'),
    deal: offering.deal,
    settlements: [toSettlement(offering.deal.terms, certificate, carried)],
  })
  return result.settled.length > 0 ? undefined : result.refused[0]?.code
}

async function refusedBy(
  attempt: () => Promise<string | undefined>,
): Promise<{ refusedBy: string; code: string; why: string } | undefined> {
  try {
    const code = await attempt()
    return code === undefined ? undefined : { refusedBy: 'contract', code, why: '' }
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    const { code, message } = toPlain(error)
    if (code.startsWith('Service.')) throw error
    return { refusedBy: code.startsWith('Chain.') ? 'contract' : 'oracles', code, why: message }
  }
}

/** What the parties hold, as one text to compare. */
async function balances(sale: Sale): Promise<string> {
  const { chain } = await offeringOf(sale.recordId, sale.dealId)
  const relayer = await developmentAccount('relayer')
  const holders = [sale.provider, chain.contracts.dealBook, relayer.address]
  const amounts = await Promise.all(
    holders.map((holder) =>
      chain.client.readContract({
        address: chain.contracts.medToken,
        abi: medTokenAbi,
        functionName: 'balanceOf',
        args: [holder],
      }),
    ),
  )
  return amounts.join(' ')
}

function changed(text: string): string {
  return text.replace(/("value":)(\d)|("id":")([0-9a-f])/, (_, value, digit, id, letter) =>
    value
      ? `${value}${digit === '9' ? '8' : Number(digit) + 1}`
      : `${id}${letter === 'a' ? 'b' : 'a'}`,
  )
}

export class AttackAcceptedError extends AmbrosiaError {
  constructor(name: string) {
    super('Page.AttackAccepted', `the attack ${name} was accepted`, {
      hint: 'This is a fault of the software: please report it.',
    })
  }
}
