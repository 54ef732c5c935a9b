import { fromDecimal } from '@ambrosia/primitives/Units'
import { UsageError } from '../../output.ts'

export type Tier = { minimumScore: number; price: bigint }

/** A tier such as 80:5. @throws Cli.Usage, Units.* */
export function parseTier(text: string): Tier {
  const [score, price, ...rest] = text.split(':')
  if (score === undefined || price === undefined || rest.length > 0) {
    throw new UsageError('--tier is not score:price', 'Write 0:3 80:5, prices in MED.')
  }
  if (!/^\d{1,3}$/.test(score) || Number(score) > 100)
    throw new UsageError('--tier has a score that is not a whole number from 0 to 100')
  return { minimumScore: Number(score), price: fromDecimal(price) }
}
