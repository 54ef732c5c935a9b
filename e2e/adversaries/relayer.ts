import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { reach } from '@ambrosia/chain/errors'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import * as Certificate from '@ambrosia/exchange/Certificate'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import { pack } from '@ambrosia/exchange/PackedSettlement'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { changesOf, type Deviation, otherOf } from './Deviation.ts'
import type { Scene } from './prepareScene.ts'

type Carried = Partial<Settlement> & { terms?: Partial<DealTerms>; copies?: number }

/** What the contract answers to the settlement with these changes; nothing is sent. */
export async function judgeOnChain(scene: Scene, carried: Carried): Promise<void> {
  const { network, deal, settlement } = scene
  const { terms, copies = 1, ...changes } = carried
  const { client, contracts } = network.chain
  const packed = pack({ ...settlement, ...changes })
  // What the deal and the certificate say already is not carried: there is nothing to change.
  const isCarried = packed !== pack(settlement) || terms !== undefined || copies > 1
  if (Object.keys(changes).length > 0 && !isCarried) throw new NotCarriedError()
  await reach(() =>
    client.simulateContract({
      account: developmentAccount('relayer'),
      address: contracts.dealBook,
      abi: dealBookAbi,
      functionName: 'settle',
      args: [
        { ...deal.terms, ...terms } as DealTerms,
        deal.salt,
        Array.from({ length: copies }, () => packed),
        '0x',
        true,
      ],
    }),
  )
}

/** A relayer who wants more, or to carry something else than they were given. */
export function relayerDeviations(scene: Scene): Deviation[] {
  const { settlement, deal } = scene
  const { oracleSignatures } = settlement
  const [first, second] = oracleSignatures as [
    (typeof oracleSignatures)[number],
    (typeof oracleSignatures)[number],
  ]
  const judge = (message: string, change: string, carried: Carried): Deviation => ({
    message,
    change,
    by: 'DealBook',
    attempt: () => judgeOnChain(scene, carried),
  })
  const names = Object.keys(deal.terms) as (keyof DealTerms)[]
  return [
    ...changesOf(Certificate.schema, settlement.certificate).map(({ name, how, value }) =>
      judge('certificate', `${name} ${how}`, {
        certificate: { ...settlement.certificate, [name]: value } as Certificate.Certificate,
      }),
    ),
    ...names
      .filter((name) => name !== 'tiers')
      .map((name) =>
        judge('terms of the deal', `${name} another`, {
          terms: { [name]: otherOf(deal.terms[name] as never) } as Partial<DealTerms>,
        }),
      ),
    judge('terms of the deal', 'a higher price', {
      terms: { tiers: deal.terms.tiers.map((tier) => ({ ...tier, price: tier.price * 2n })) },
    }),
    judge('settlement', 'a fee that nobody granted', { relayerFee: 1n }),
    judge('settlement', 'one oracle signature', { oracleSignatures: [first] }),
    judge('settlement', 'one signature twice', { oracleSignatures: [first, first] }),
    judge('settlement', 'signatures under each other’s index', {
      oracleSignatures: [
        { ...first, signature: second.signature },
        { ...second, signature: first.signature },
      ],
    }),
    judge('settlement', 'no signature', { oracleSignatures: [] }),
    judge('settlement', 'an index past the oracles', {
      oracleSignatures: [first, { ...second, index: 60 }],
    }),
    judge('settlement', 'consent signature another', {
      consentSignature: otherOf(settlement.consentSignature) as `0x${string}`,
    }),
    judge('settlement', 'twice in one transaction', { copies: 2 }),
  ]
}

/** The message has no place for what was to be changed. */
class NotCarriedError extends AmbrosiaError {
  constructor() {
    super('Settlement.NotCarried', 'a settlement says nothing of that')
  }
}
