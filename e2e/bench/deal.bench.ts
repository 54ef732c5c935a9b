/**
 * Gas of opening a deal (three oracles, two price tiers) against a limit of 250,000. Run: npm run
 * bench -- deal
 */
import { withEnding } from '@ambrosia/testing/defer'
import { startExchange } from '@ambrosia/testing/startExchange'

export const name = 'deal'
export const figures = ['deal.create']

const LIMIT = 250_000

export async function run() {
  return await withEnding(async (t) => {
    const exchange = await startExchange(t)
    const { gasUsed } = await exchange.openDeal(exchange.dealOf(await exchange.terms()))
    const value = Number(gasUsed)
    const against = `limit of ${LIMIT}`
    return {
      figures: [{ name: 'deal.create', value, unit: 'gas', against, ratio: LIMIT / value }],
    }
  })
}
