/**
 * Gas of a deal and of settlements with three oracle signatures, against the project's own limits
 * (a ratio of 1 and more keeps them): 200,000 for one record, 110,000 a record for fifty in one
 * transaction. Run: npm run bench -- settle
 */
import { settle } from '@ambrosia/sdk/relay/settle'
import { withEnding } from '@ambrosia/testing/defer'
import { makeSettlement } from '@ambrosia/testing/makeSettlement'
import { startExchange } from '@ambrosia/testing/startExchange'

export const name = 'settle'
export const figures = ['settle.one', 'settle.50.perRecord']

const ONE_LIMIT = 200_000
const FIFTY_LIMIT = 110_000

export async function run() {
  return await withEnding(async (t) => {
    const exchange = await startExchange(t)
    const deal = exchange.dealOf(await exchange.terms({ maximumRecords: 100 }))
    await exchange.openDeal(deal)
    const settleMany = async (count: number): Promise<number> => {
      const made = await Promise.all(
        Array.from({ length: count }, () => makeSettlement(exchange, deal)),
      )
      const settlements = made.map(({ settlement }) => settlement)
      const { chain, relayer } = exchange
      const result = await settle({ chain, relayer, deal, settlements, strict: true })
      if (result.settled.length !== count)
        throw new Error(`${result.settled.length} of ${count} settled`)
      return Number(result.gas) / count
    }
    // The first record of a deal finds other slots empty than the later ones; a deal's usual record
    // is measured.
    await settleMany(1)
    const one = await settleMany(1)
    const fifty = Math.round(await settleMany(50))
    return {
      figures: [
        figure('settle.one', one, ONE_LIMIT),
        figure('settle.50.perRecord', fifty, FIFTY_LIMIT),
      ],
    }
  })
}

function figure(name: string, value: number, limit: number) {
  return { name, value, unit: 'gas', against: `limit of ${limit}`, ratio: limit / value }
}
