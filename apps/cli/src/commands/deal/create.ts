import type { Command } from 'commander'
import { isDevelopment } from '../../environment.ts'
import { amount, gasOf } from '../../figures.ts'
import { readNamedJson } from '../../namedFiles.ts'
import { wholeNumber } from '../../options.ts'
import { show } from '../../output.ts'

const DAY_SEC = 86_400

type Options = {
  criteria: string
  agreement?: string
  consumerName: string
  price: string
  records: number
  perPerson: number
  quorum: number
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
    .option('--consumer-name <text>', 'who you are, in the default agreement', 'Unnamed researcher')
    .option('--price <med>', 'price of a record in MED', '5')
    .option('--records <n>', 'most records', wholeNumber(1, 1_000_000), 10)
    .option('--per-person <n>', 'most records of one person', wholeNumber(1, 64), 1)
    .option('--quorum <n>', 'oracles that must certify', wholeNumber(1, 16), 2)
    .option('--days <n>', 'days until the deal expires', wholeNumber(1, 1825), 30)
    .option('--window-hours <n>', 'delivery window', wholeNumber(1, 720), 24)
    .option('--commission-bps <n>', "cap of the oracles' commission", wholeNumber(0, 5000), 500)
    .option('--minimum-score <n>', 'lowest quality score that is paid', wholeNumber(0, 100), 1)
    .option('--key <name>', 'account of the consumer', 'consumer')
    .addHelpText(
      'after',
      '\nExample:\n  ambrosia did create --key consumer\n  ambrosia deal create --criteria criteria.json --price 5 --records 10',
    )
    .action(async (options: Options, command: Command) => {
      const opened = await openFrom(options)
      show(
        command,
        {
          deal: opened.dealId,
          budget: opened.budget.toString(),
          gas: Number(opened.gas),
          transaction: opened.transaction,
        },
        [
          `deal    ${opened.dealId}`,
          `escrow  ${amount(opened.budget)}`,
          gasOf(opened.gas, opened.transaction),
        ],
      )
    })
}

async function openFrom(options: Options) {
  const { accountOf, openSession } = await import('../../Session.ts')
  const { createIssuerClient } = await import('@ambrosia/api/issuer/IssuerClient')
  const { openDeal } = await import('@ambrosia/sdk/consumer/openDeal')
  const { readOperators, readOracle } = await import('@ambrosia/chain/read/oracle')
  const Criteria = await import('@ambrosia/exchange/Criteria')
  const Agreement = await import('@ambrosia/exchange/Agreement')
  const Validation = await import('@ambrosia/health/Validation')
  const DidAmbrosia = await import('@ambrosia/credentials/DidAmbrosia')
  const { fromHex, toHex } = await import('@ambrosia/primitives/Bytes')
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  const { researchAgreement } = await import('../../researchAgreement.ts')
  const session = await openSession()
  const { chain, store, network } = session
  const account = accountOf(session, options.key)
  const nowSec = Math.floor(Date.now() / 1000)
  const issuer = createIssuerClient({ url: network.services.issuer, fetch, now: Date.now })
  const consumer = DidAmbrosia.toDid(
    network.chainId,
    DidAmbrosia.idOf(account.address, fromHex(`0x${'00'.repeat(32)}`)),
  )
  const source = readNamedJson(options.criteria) as Record<string, unknown>
  const criteria = Criteria.parse({
    ...source,
    ...(source['issuers'] === undefined || source['issuers'] === 'network'
      ? { issuers: [(await issuer.service()).did] }
      : {}),
    ...(source['consumer'] === undefined || source['consumer'] === 'network' ? { consumer } : {}),
  })
  const retentionEnd = nowSec + 160 * DAY_SEC
  const agreement =
    options.agreement === undefined
      ? researchAgreement(
          options.consumerName,
          new Date(retentionEnd * 1000).toISOString().slice(0, 10),
        )
      : Agreement.parse(readNamedJson(options.agreement))
  const operators = await readOperators(chain.client, chain.contracts.oracleRegistry)
  const oracles = await Promise.all(
    operators.map((operator) => readOracle(chain.client, chain.contracts.oracleRegistry, operator)),
  )
  return await openDeal({
    chain,
    store,
    account,
    criteria,
    agreement,
    choices: {
      tiers: [{ minimumScore: options.minimumScore, price: fromDecimal(options.price) }],
      maximumRecords: options.records,
      perPersonCap: options.perPerson,
      commissionCapBps: options.commissionBps,
      certificateLife: 3600,
      deliveryWindow: options.windowHours * 3600,
      retentionEnd: BigInt(Math.floor(Date.parse(`${agreement.retentionEnd}T00:00:00Z`) / 1000)),
      oracles: oracles
        .filter((oracle) => oracle.status === 'Active')
        .map((oracle) => oracle.operator),
      quorum: options.quorum,
      stores: [await store.account()],
      validatorHash: toHex(Validation.validatorHash()),
      expiry: BigInt(nowSec + options.days * DAY_SEC),
    },
    development: isDevelopment(),
    now: Date.now,
  })
}
