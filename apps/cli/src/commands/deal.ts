import type { Command } from 'commander'
import type { Hex } from 'viem'
import { hash, wholeNumber } from '../arguments.ts'
import { readNamedJson } from '../files.ts'
import { groupOf, show } from '../group.ts'

const DAY_SEC = 86_400

type CreateOptions = {
  criteria: string
  agreement?: string
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

/** `ambrosia deal`: what a consumer does. */
export function register(program: Command): void {
  const deal = groupOf(program, 'deal', 'Deals: check, create, watch, close.')
  deal
    .command('create')
    .description('open a deal and escrow its budget in one transaction')
    .requiredOption(
      '--criteria <file>',
      'criteria document; issuers and consumer are filled in when it says "network"',
    )
    .option(
      '--agreement <file>',
      'agreement document; default: research, no resale, no identification',
    )
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
    .action(async (options: CreateOptions, command: Command) => {
      const opened = await create(options)
      await show(
        command,
        {
          deal: opened.dealId,
          budget: opened.budget.toString(),
          gas: Number(opened.gas),
          transaction: opened.transaction,
        },
        [`deal ${opened.dealId}`, `gas ${opened.gas} tx ${opened.transaction}`],
      )
    })
  deal
    .command('list')
    .description('every deal of this network')
    .addHelpText('after', '\nExample:\n  ambrosia deal list')
    .action(async (_options: object, command: Command) => {
      const { openSession } = await import('../Session.ts')
      const { readDeals, readDealStatus } = await import('@ambrosia/chain/read')
      const { toDecimal } = await import('@ambrosia/primitives/Units')
      const { chain } = await openSession()
      const { dealBook } = chain.contracts
      const deals = await Promise.all(
        (await readDeals(chain.client, dealBook)).map(async (one) => ({
          ...one,
          status: await readDealStatus(chain.client, dealBook, one.dealId),
        })),
      )
      const rows = deals.map(({ dealId, terms, status }) => ({
        deal: dealId,
        state: status.state,
        records: status.records,
        maximumRecords: terms.maximumRecords,
        available: status.available.toString(),
        consumer: terms.consumer,
      }))
      await show(
        command,
        { deals: rows },
        rows.map(
          (row) =>
            `${row.deal}  ${row.state.padEnd(9)}  ${row.records}/${row.maximumRecords} records  ${toDecimal(BigInt(row.available))} MED left`,
        ),
      )
    })
  deal
    .command('show')
    .argument('<deal>', 'id of the deal', hash)
    .description('terms, criteria and agreement of a deal')
    .addHelpText('after', '\nExample:\n  ambrosia deal show 0x…')
    .action(async (id: string, _options: object, command: Command) => {
      const { loadDeal, openSession } = await import('../Session.ts')
      const { toJson } = await import('@ambrosia/exchange/Deal')
      const session = await openSession()
      const opened = await loadDeal(session, id as Hex)
      const result = {
        deal: opened.dealId,
        terms: toJson(opened.terms),
        criteria: opened.criteria,
        agreement: opened.agreement,
      }
      await show(command, result, [JSON.stringify(result, null, 2)])
    })
  for (const change of ['pause', 'resume', 'close', 'expire', 'refund'] as const) {
    deal
      .command(change)
      .argument('<deal>', 'id of the deal', hash)
      .addHelpText('after', `\nExample:\n  ambrosia deal ${change} 0x…`)
      .description(DESCRIPTIONS[change])
      .option('--key <name>', 'account that sends', 'consumer')
      .action(async (id: string, options: { key: string }, command: Command) => {
        const { accountOf, loadDeal, openSession } = await import('../Session.ts')
        const { changeDeal } = await import('@ambrosia/sdk/consumer/changeDeal')
        const session = await openSession()
        const opened = await loadDeal(session, id as Hex)
        const receipt = await changeDeal({
          chain: session.chain,
          account: accountOf(session, options.key),
          deal: opened,
          change,
        })
        await show(
          command,
          { deal: id, change, transaction: receipt.transactionHash, gas: Number(receipt.gasUsed) },
          [`${change}: tx ${receipt.transactionHash}`],
        )
      })
  }
}

const DESCRIPTIONS = {
  pause: 'take no certificates made from now on; earlier ones still settle',
  resume: 'take certificates again',
  close:
    'end the deal; what earlier certificates may still claim stays locked until they expire, the rest goes back',
  expire: 'end a deal whose time is over; anyone may',
  refund: 'pay back what is free after the last certificates have expired',
} as const

async function create(options: CreateOptions) {
  const { accountOf, openSession } = await import('../Session.ts')
  const { openDeal } = await import('@ambrosia/sdk/consumer/openDeal')
  const { readOperators, readOracle } = await import('@ambrosia/chain/read')
  const Criteria = await import('@ambrosia/exchange/Criteria')
  const Agreement = await import('@ambrosia/exchange/Agreement')
  const Validation = await import('@ambrosia/health/Validation')
  const DidAmbrosia = await import('@ambrosia/credentials/DidAmbrosia')
  const { fromHex, toHex } = await import('@ambrosia/primitives/Bytes')
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  const { researchAgreement } = await import('../demo/criteria.ts')
  const session = await openSession()
  const { chain, store, network } = session
  const account = accountOf(session, options.key)
  const nowSec = Math.floor(Date.now() / 1000)
  const service = (await (await fetch(`${network.services.issuer}/v1/service`)).json()) as {
    did: string
  }
  const consumer = DidAmbrosia.toDid(
    network.chainId,
    DidAmbrosia.idOf(account.address, fromHex(`0x${'00'.repeat(32)}`)),
  )
  const source = readNamedJson(options.criteria) as Record<string, unknown>
  const criteria = Criteria.parse({
    ...source,
    ...(source['issuers'] === undefined || source['issuers'] === 'network'
      ? { issuers: [service.did] }
      : {}),
    ...(source['consumer'] === undefined || source['consumer'] === 'network' ? { consumer } : {}),
  })
  const retentionEnd = nowSec + 160 * DAY_SEC
  const agreement =
    options.agreement === undefined
      ? researchAgreement(new Date(retentionEnd * 1000).toISOString().slice(0, 10))
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
    development: (process.env['AMBROSIA_ENV'] ?? 'development') === 'development',
    now: Date.now,
  })
}
