/**
 * Gas of opening a deal (three oracles, two price tiers) against a limit of 250,000. Run: npm run bench -- deal
 */
import { startExchange } from '../support/exchangeChain.ts'

export const name = 'deal'
export const figures = ['deal.create']

const LIMIT = 250_000

export async function run() {
  const exchange = await startExchange()
  try {
    const { gasUsed } = await exchange.openDeal()
    const gas = Number(gasUsed)
    return {
      figures: [
        {
          name: 'deal.create',
          value: gas,
          unit: 'gas',
          against: `limit of ${LIMIT}`,
          ratio: LIMIT / gas,
        },
      ],
    }
  } finally {
    await exchange.stop()
  }
}
