import * as Contexts from '@ambrosia/credentials/Contexts'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { giveConsent } from '@ambrosia/sdk/provider/giveConsent'
import { certifyOffer, type Offering, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { settle, toSettlement } from '@ambrosia/sdk/relay/settle'
import { PRICE } from './dealSteps.ts'
import { count, med, type Screen, short, size } from './Screen.ts'
import type { Ground } from './setUp.ts'
import type { DemoOptions, Holder, Sold, Timed } from './types.ts'

/** Select, seal, validate, consent, settle: one record's way, each step told with its figures. */
export async function sellOne(context: {
  holder: Holder
  deal: OpenedDeal
  ground: Ground
  options: DemoOptions
  screen: Screen
  timed: Timed
  took: () => string
}): Promise<Sold> {
  const { holder, deal, ground, screen, timed, took } = context
  const { network, wallet, store } = ground
  const offering: Offering = {
    chain: network.chain,
    store,
    fetch,
    loader: Contexts.createLoader({
      claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
    }),
    deal,
    record: holder.issued.record,
    account: wallet.account(holder.name),
    holderKey: wallet.holderKey(holder.name),
    now: Date.now,
  }
  const sealed = await timed('seal', () => prepareOffer(offering))
  const leaving = sealed.selected.indexes.length
  screen.line(
    '3 select',
    `${leaving} of ${sealed.selected.total} resources leave the patient; ${sealed.selected.total - leaving} never do`,
  )
  screen.line(
    '4 seal',
    `${size(sealed.offer.plaintextSizeBytes)} → ${sealed.offer.contentAddress.slice(0, 10)}…; only these ${sealed.recipients.length} oracles can open it`,
    took(),
  )
  if (context.options.killOracle && network.oracles[2]) {
    await network.oracles[2].kill()
    screen.line('', 'oracle 3 is killed now; the quorum of 2 goes on without it')
  }
  const certificate = await timed('validate', () => certifyOffer(offering, sealed))
  screen.line(
    '5 validate',
    `${certificate.signatures.length} of ${deal.terms.oracles.length} oracles: issuer, status, digests, schema, predicates; quality ${certificate.certificate.score}/100`,
    took(),
  )
  const { consent, sentences } = await timed('consent', () =>
    giveConsent({ offering, sealed, certificate }),
  )
  const ether = await network.chain.client.getBalance({ address: offering.account.address })
  screen.line(
    '6 consent',
    `"${deal.criteria.title} until ${deal.agreement.retentionEnd}, no resale, ${med(PRICE)} MED": signed by a patient holding ${ether} ether`,
  )
  const result = await timed(
    'settle',
    () =>
      settle({
        chain: network.chain,
        relayer: developmentAccount('relayer'),
        deal,
        settlements: [toSettlement(deal.terms, certificate, consent)],
      }),
    (settled) => settled.gas,
  )
  const [record] = result.settled
  if (!record) throw new NotSettledError(result.refused[0]?.code ?? 'unknown')
  const shares = record.record.shares.reduce((sum, share) => sum + share.amount, 0n)
  screen.line(
    '7 settle',
    `${med(record.record.net)} MED to the patient, ${med(shares)} to oracles, same transaction as the consent`,
    `gas ${count(result.gas)} tx ${short(result.transaction)}`,
  )
  return { holder, offering, sale: { sealed, certificate, consent, sentences, result } }
}

export class NotSettledError extends AmbrosiaError {
  constructor(code: string) {
    super('Demo.NotSettled', `the contract refused the settlement: ${code}`)
  }
}
