import type { Command } from 'commander'
import { amount } from '../../figures.ts'
import { show } from '../../output.ts'

/** `ambrosia deal list`. */
export function define(list: Command): void {
  list
    .addHelpText('after', '\nExample:\n  ambrosia deal list')
    .action(async (_options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { readDeals, readDealStatus } = await import('@ambrosia/chain/read/exchange')
      const { readTokens } = await import('../../readToken.ts')
      const { chain } = await openSession()
      const { dealBook } = chain.contracts
      const { client, fromBlock } = chain
      const deals = await Promise.all(
        (await readDeals(client, { address: dealBook, fromBlock })).map(async (one) => ({
          ...one,
          status: await readDealStatus(client, dealBook, one.dealId),
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
      const tokenOf = await readTokens(
        chain.client,
        deals.map(({ terms }) => terms.token),
      )
      show(
        command,
        { deals: rows },
        deals.map(
          ({ dealId, terms, status }) =>
            `${dealId}  ${status.state.padEnd(9)}  ${status.records}/${terms.maximumRecords} records  ${amount(status.available, tokenOf(terms.token))} left`,
        ),
        'no deals yet; open one: ambrosia deal create --help',
      )
    })
}
