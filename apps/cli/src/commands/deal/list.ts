import type { Command } from 'commander'
import { show } from '../../output.ts'

/** `ambrosia deal list`. */
export function define(list: Command): void {
  list
    .addHelpText('after', '\nExample:\n  ambrosia deal list')
    .action(async (_options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { readDeals, readDealStatus } = await import('@ambrosia/chain/read/exchange')
      const { toDecimal } = await import('@ambrosia/primitives/Units')
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
      show(
        command,
        { deals: rows },
        rows.map(
          (row) =>
            `${row.deal}  ${row.state.padEnd(9)}  ${row.records}/${row.maximumRecords} records  ${toDecimal(BigInt(row.available))} MED left`,
        ),
      )
    })
}
