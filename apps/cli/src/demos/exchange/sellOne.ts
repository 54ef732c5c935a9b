import * as Contexts from '@ambrosia/credentials/Contexts'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { giveConsent } from '@ambrosia/sdk/provider/giveConsent'
import {
  certifyOffer,
  type Offering,
  prepareOffer,
  type SealedForDeal,
} from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { type SettleResult, settle } from '@ambrosia/sdk/relay/settle'
import { amount, decimal, size } from '../../figures.ts'
import type { Line } from '../frame/Stage.ts'
import type { Ground } from '../frame/startGround.ts'
import { PRICE } from './dealSteps.ts'
import { certifiedDetail, consentDetail, permissionDetail, sealedDetail } from './details.ts'
import type { DemoOptions, Holder, SaleStage, Sold } from './types.ts'

/** Select, seal, validate, consent, settle: one record's way, each step told with its figures. */
export async function sellOne(context: {
  stage: Pick<SaleStage, 'screen' | 'step'>
  options: DemoOptions
  ground: Ground
  deal: OpenedDeal
  holder: Holder
}): Promise<Sold> {
  const { holder, deal, ground } = context
  const { step } = context.stage
  const { chain } = ground.network
  const offering = offeringOf(holder, deal, ground)
  const sealed = await step('seal', () => prepareOffer(offering), sealedLines)
  const permission = await step(
    'permit',
    () => permitCheck({ offering, sealed }),
    (permitted) => ({
      label: '',
      text: `the patient reads what leaves, to whom and for what, and permits ${sealed.recipients.length} oracles to check it; nothing has left before`,
      figures: '',
      detail: permissionDetail(permitted),
    }),
  )
  if (context.options.killOracle) await killOracle(ground, context.stage)
  const certificate = await step(
    'validate',
    () => certifyOffer(offering, sealed, permission),
    (certificate) => ({
      label: 'validate',
      text: `${certificate.signatures.length} of ${deal.terms.oracles.length} oracles: issuer, status, digests, schema, predicates; quality ${certificate.certificate.score}/100`,
      detail: certifiedDetail(certificate, ground.network.file.chainId, chain.contracts.dealBook),
    }),
  )
  const { consent, sentences } = await step(
    'consent',
    async () => ({
      ...(await giveConsent({ offering, sealed, certificate })),
      ether: await chain.client.getBalance({ address: offering.account.address }),
    }),
    ({ ether, ...given }) => ({
      label: 'consent',
      text: `"${deal.criteria.title} until ${deal.agreement.retentionEnd}, no resale, ${amount(PRICE)}": signed by a patient holding ${ether} ether`,
      figures: '',
      detail: consentDetail(given, offering.account.address),
    }),
  )
  const settlements = [toSettlement(deal.terms, certificate, consent)]
  const relayer = developmentAccount('relayer')
  const result = await step(
    'settle',
    () => settle({ chain, relayer, deal, settlements }),
    settledLine,
  )
  return { holder, offering, sale: { sealed, certificate, consent, sentences, result } }
}

function offeringOf(holder: Holder, deal: OpenedDeal, ground: Ground): Offering {
  return {
    chain: ground.network.chain,
    store: ground.store,
    fetch,
    loader: Contexts.createLoader({
      claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
    }),
    deal,
    record: holder.issued.record,
    account: ground.wallet.account(holder.name),
    holderKey: ground.wallet.holderKey(holder.name),
    now: Date.now,
  }
}

function sealedLines({ selected, offer, recipients }: SealedForDeal): Line[] {
  const leaving = selected.indexes.length
  return [
    {
      label: 'select',
      text: `${leaving} of ${selected.total} resources leave the patient; ${selected.total - leaving} never do`,
      figures: '',
    },
    {
      label: 'seal',
      detail: sealedDetail(offer, recipients),
      text: `${size(offer.plaintextSizeBytes)} → ${offer.contentAddress.slice(0, 10)}…; only these ${recipients.length} oracles can open it`,
    },
  ]
}

/** @throws Demo.NotSettled */
function settledLine({ settled, refused, gas, transaction }: SettleResult): Line {
  const [first] = settled
  if (!first) throw new NotSettledError(refused[0]?.code ?? 'unknown')
  const shares = first.record.shares.reduce((sum, share) => sum + share.amount, 0n)
  return {
    label: 'settle',
    text: `${amount(first.record.net)} to the patient, ${decimal(shares)} to oracles, same transaction as the consent`,
    ...(transaction === undefined ? {} : { transaction: { hash: transaction, gas } }),
  }
}

async function killOracle(
  { network }: Ground,
  { screen }: Pick<SaleStage, 'screen'>,
): Promise<void> {
  const last = network.oracles.at(-1)
  if (last?.pid === undefined) return
  await last.kill()
  screen.line('', `${last.name} is killed now; the quorum of 2 goes on without it`)
}

export class NotSettledError extends AmbrosiaError {
  constructor(code: string) {
    super('Demo.NotSettled', `the contract refused the settlement: ${code}`)
  }
}
