import type { DealChoices } from '@ambrosia/sdk/consumer/assertOpenable'
import type { Command } from 'commander'
import { isDevelopment } from '../../environment.ts'
import { amount, gasOf, time } from '../../figures.ts'
import { wholeNumber } from '../../options.ts'
import { progress, show } from '../../output.ts'
import { whileWaiting } from '../../whileWaiting.ts'
import { type ConsumerNames, readAgreement, readCriteria } from './documents.ts'
import { possible } from './possible.ts'
import { type Quorum, quorum } from './quorum.ts'
import { parseTier, type Tier } from './tiers.ts'

const DAY_SEC = 86_400

type Options = ConsumerNames & {
  criteria: string
  agreement?: string
  price: string
  tier?: string[]
  sample?: string
  dryRun: boolean
  records: number
  perPerson: number
  quorum: Quorum
  days: number
  windowHours: number
  commissionBps: number
  minimumScore: number
  key: string
}

/** `ambrosia deal create`. */
export function define(create: Command): void {
  create
    .requiredOption(
      '--criteria <file>',
      'criteria document; issuers and consumer are filled in when it says "network"',
    )
    .option(
      '--agreement <file>',
      'agreement document; default: research, no resale, no identification',
    )
    .option('--consumer-name <text>', 'who you are; required unless the agreement says it')
    .option(
      '--consumer-contact <text>',
      'where a person who consents reaches you; required unless the agreement says it',
    )
    .option('--price <med>', 'price of a record in MED', '5')
    .option('--tier <score:price...>', 'prices by quality instead of one, such as 50:3 80:5')
    .option('--sample <dir>', 'judge a folder of Bundles first, as deal check does')
    .option('--dry-run', 'say what the deal would be and cost, and open none', false)
    .option('--records <n>', 'most records', wholeNumber(1, 1_000_000), 10)
    .option('--per-person <n>', 'most records of one person', wholeNumber(1, 64), 1)
    .option(
      '--quorum <n[,share%]>',
      'oracles that must certify; with a share, the power behind them too, by the quorum of a network of staked oracles',
      quorum,
      { count: 2 },
    )
    .option('--days <n>', 'days until the deal expires', wholeNumber(1, 1825), 30)
    .option('--window-hours <n>', 'delivery window', wholeNumber(1, 720), 24)
    .option('--commission-bps <n>', "cap of the oracles' commission", wholeNumber(0, 5000), 500)
    .option('--minimum-score <n>', 'lowest quality score that is paid', wholeNumber(0, 100), 1)
    .option('--key <name>', 'account of the consumer', 'consumer')
    .addHelpText(
      'after',
      `
What no record could meet is refused before anything is paid: types, codes, claims and predicates that do not exist, a consumer without a key.

Example:
  ambrosia did create --key consumer
  ambrosia deal create --criteria examples/deal/criteria.json --agreement examples/deal/agreement.json --records 10
  ambrosia deal create --criteria criteria.json --consumer-name "Institute for Diabetes Research" \\
    --consumer-contact data@institute.example --tier 50:3 80:5 --sample sample --dry-run

  ambrosia deal create --criteria criteria.json --agreement agreement.json --quorum 3,20%

With --json: {"version":1,"ok":true,"deal":"0x…","budget":"50000000000000000000","gas":165621,"transaction":"0x…","consumer":"…"}`,
    )
    .action(async (options: Options, command: Command) => {
      const { check, people, summary, open } = await whileWaiting(
        'reading oracles, issuer and samples',
        () => prepare(options),
      )
      if (options.dryRun) {
        const all = { dryRun: true, ...summary.json, people: people.json, check: check?.json }
        show(command, all, [
          ...(check?.lines ?? []),
          ...summary.lines,
          ...people.lines,
          'Nothing was opened.',
        ])
        return
      }
      for (const line of [...(check?.lines ?? []), ...summary.lines, ...people.lines])
        progress(line)
      const opened = await whileWaiting('opening the deal on the chain', open)
      show(
        command,
        {
          deal: opened.dealId,
          budget: opened.budget.toString(),
          gas: Number(opened.gas),
          transaction: opened.transaction,
          consumer: opened.agreement.consumerName,
          people: people.json,
          ...(check === undefined ? {} : { check: check.json }),
        },
        [
          `deal    ${opened.dealId}`,
          `escrow  ${amount(opened.budget)}`,
          gasOf(opened.gas, opened.transaction),
        ],
      )
    })
}

async function prepare(options: Options) {
  const { accountOf, openSession } = await import('../../Session.ts')
  const { createIssuerClient } = await import('@ambrosia/api/issuer/IssuerClient')
  const { openDeal } = await import('@ambrosia/sdk/consumer/openDeal')
  const { assertOpenable } = await import('@ambrosia/sdk/consumer/assertOpenable')
  const DidAmbrosia = await import('@ambrosia/credentials/DidAmbrosia')
  const { fromHex } = await import('@ambrosia/primitives/Bytes')
  const { checkFolder } = await import('./checkFolder.ts')
  const tiers = await tiersOf(options)
  const nowSec = Math.floor(Date.now() / 1000)
  const retention = new Date((nowSec + 160 * DAY_SEC) * 1000).toISOString().slice(0, 10)
  const agreement = await readAgreement(options.agreement, options, retention)
  const session = await openSession()
  const { chain, store, network } = session
  const account = accountOf(session, options.key)
  const issuer = createIssuerClient({ url: network.services.issuer, fetch, now: Date.now })
  const criteria = await readCriteria(options.criteria, {
    issuer: async () => (await issuer.service()).did,
    consumer: () =>
      DidAmbrosia.toDid(
        network.chainId,
        DidAmbrosia.idOf(account.address, fromHex(`0x${'00'.repeat(32)}`)),
      ),
  })
  const choices = await choicesOf(options, { session, tiers, nowSec, agreement })
  const opening = {
    chain,
    store,
    account,
    criteria,
    agreement,
    choices,
    development: isDevelopment(),
    now: Date.now,
  }
  const { budget } = await assertOpenable(opening)
  const check =
    options.sample === undefined
      ? undefined
      : await checkFolder(criteria, {
          sample: options.sample,
          tiers,
          maximumRecords: options.records,
          commissionBps: options.commissionBps,
        })
  const people = await possible(criteria, { issuerUrl: network.services.issuer })
  return { check, people, summary: summaryOf(opening, budget), open: () => openDeal(opening) }
}

async function tiersOf({ price, tier, minimumScore }: Options): Promise<Tier[]> {
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  if (tier === undefined) return [{ minimumScore, price: fromDecimal(price) }]
  return tier.map(parseTier).sort((one, other) => one.minimumScore - other.minimumScore)
}

async function choicesOf(
  options: Options,
  {
    session,
    tiers,
    nowSec,
    agreement,
  }: {
    session: Awaited<ReturnType<typeof import('../../Session.ts').openSession>>
    tiers: Tier[]
    nowSec: number
    agreement: { retentionEnd: string }
  },
): Promise<DealChoices> {
  const { readOperators, readOracle } = await import('@ambrosia/chain/read/oracle')
  const { verifierOf } = await import('./verifierOf.ts')
  const Validation = await import('@ambrosia/health/Validation')
  const { toHex } = await import('@ambrosia/primitives/Bytes')
  const { client, contracts } = session.chain
  const operators = await readOperators(client, contracts.oracleRegistry)
  const oracles = await Promise.all(
    operators.map((operator) => readOracle(client, contracts.oracleRegistry, operator)),
  )
  return {
    tiers,
    maximumRecords: options.records,
    perPersonCap: options.perPerson,
    commissionCapBps: options.commissionBps,
    certificateLife: 3600,
    deliveryWindow: options.windowHours * 3600,
    retentionEnd: BigInt(Math.floor(Date.parse(`${agreement.retentionEnd}T00:00:00Z`) / 1000)),
    oracles: oracles.filter(({ status }) => status === 'Active').map(({ operator }) => operator),
    quorum: options.quorum.count,
    ...(await verifierOf(session.chain, options.quorum)),
    stores: [await session.store.account()],
    validatorHash: toHex(Validation.validatorHash()),
    expiry: BigInt(nowSec + options.days * DAY_SEC),
  }
}

/** What the deal is and costs, before it is opened. */
function summaryOf(
  {
    criteria,
    agreement,
    choices,
  }: {
    criteria: { title: string; purpose: string; consumer: string; issuers: readonly string[] }
    agreement: { consumerName: string; consumerContact?: string; retentionEnd: string }
    choices: DealChoices
  },
  budget: bigint,
) {
  const { tiers, maximumRecords, perPersonCap, oracles, quorum, commissionCapBps } = choices
  return {
    json: {
      title: criteria.title,
      consumer: agreement.consumerName,
      contact: agreement.consumerContact,
      consumerDid: criteria.consumer,
      issuers: criteria.issuers,
      tiers: tiers.map((tier) => ({ ...tier, price: tier.price.toString() })),
      maximumRecords,
      budget: budget.toString(),
    },
    lines: [
      `consumer   ${agreement.consumerName}, ${agreement.consumerContact}`,
      `purpose    ${criteria.title} (${criteria.purpose}), kept until ${agreement.retentionEnd}`,
      ...tiers.map(
        (tier) => `tier       score ${tier.minimumScore} or more, ${amount(tier.price)}`,
      ),
      `records    ${maximumRecords} at most, ${perPersonCap} of one person, until ${time(choices.expiry)}`,
      `oracles    ${quorum} of ${oracles.length} must certify; they get up to ${commissionCapBps / 100} % of the price`,
      `escrow     ${amount(budget)}`,
    ],
  }
}
