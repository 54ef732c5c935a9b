/**
 * Gas of a deal and of settlements with three oracle signatures, against the project's own limits (a ratio of 1 and more keeps them):
 * 200,000 for one record, 110,000 a record for fifty in one transaction. Run: npm run bench -- settle
 */
import { settle } from '@ambrosia/sdk/relay/settle'
import { makeSettlement, startExchange } from '../support/exchangeChain.ts'

export const name = 'settle'
export const figures = ['settle.one', 'settle.50.perRecord']

const ONE_LIMIT = 200_000
const FIFTY_LIMIT = 110_000

export async function run() {
  const exchange = await startExchange({ maximumRecords: 100 })
  try {
    await exchange.openDeal()
    const settleMany = async (count: number): Promise<number> => {
      const made = await Promise.all(Array.from({ length: count }, () => makeSettlement(exchange)))
      const settlements = made.map(({ settlement }) => settlement)
      const { chain, relayer } = exchange
      const result = await settle({ chain, relayer, deal: exchange, settlements, strict: true })
      if (result.settled.length !== count)
        throw new Error(`${result.settled.length} of ${count} settled`)
      return Number(result.gas) / count
    }
    // The first record of a deal finds other slots empty than the later ones; a deal's usual record is measured.
    await settleMany(1)
    const one = await settleMany(1)
    const fifty = await settleMany(50)
    return {
      figures: [
        {
          name: 'settle.one',
          value: one,
          unit: 'gas',
          against: `limit of ${ONE_LIMIT}`,
          ratio: ONE_LIMIT / one,
        },
        {
          name: 'settle.50.perRecord',
          value: Math.round(fifty),
          unit: 'gas',
          against: `limit of ${FIFTY_LIMIT}`,
          ratio: FIFTY_LIMIT / fifty,
        },
      ],
    }
  } finally {
    await exchange.stop()
  }
}
