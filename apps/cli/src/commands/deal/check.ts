import type { Criteria } from '@ambrosia/exchange/Criteria'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { day, wholeNumber } from '../../options.ts'
import { show } from '../../output.ts'
import type { CheckOptions } from './checkFolder.ts'
import { readCriteria } from './documents.ts'
import { type Possible, possible } from './possible.ts'
import { parseTier } from './tiers.ts'

type Options = Omit<CheckOptions, 'tiers'> & { tier: string[] }

/** Stands for a party that no network has filled in. */
const NOBODY = 'did:ambrosia:1:nobody'

/** `ambrosia deal check`: what criteria would find and cost, before any escrow. */
export function define(check: Command): void {
  check
    .argument('<criteria>', 'criteria document (JSON)')
    .requiredOption(
      '--sample <dir>',
      'folder of FHIR R4 Bundles (.json, .json.gz), one person each',
    )
    .option('--tier <score:price...>', 'price from a quality score on, in MED, such as 0:3 80:5', [
      '0:5',
    ])
    .option(
      '--maximum-records <n>',
      'records that the deal may buy; default: all that match',
      wholeNumber(0, 999_999_999),
    )
    .option(
      '--commission-bps <n>',
      "oracles' commission, basis points of the price",
      wholeNumber(0, 10_000),
      500,
    )
    .option('--relayer-fee <med>', "relayer's fee a record, out of the price", '0')
    .option('--gas-price-gwei <n>', 'gas price for the estimate in ether', '1')
    .option('--as-of <date>', 'day that ages and recency count from; default now', day)
    .addHelpText(
      'after',
      `
Issuers and signatures are not judged: a sample is not signed. Neither sample nor criteria leave this machine.
In the home of a network it also says how many people could match, by the counts that its issuer publishes.

Examples:
  ambrosia synth --seed 1 --count 100 --out sample
  ambrosia deal check criteria.json --sample sample
  ambrosia deal check criteria.json --sample sample --tier 0:3 80:5 --maximum-records 10`,
    )
    .action(async (criteria: string, options: Options, command: Command) => {
      const { checkFolder } = await import('./checkFolder.ts')
      const tiers = options.tier.map(parseTier).sort((a, b) => a.minimumScore - b.minimumScore)
      // Signatures are not judged, so the parties that a network would fill in may stay open.
      const read = await readCriteria(criteria, {
        issuer: async () => NOBODY,
        consumer: () => NOBODY,
      })
      const result = await checkFolder(read, { ...options, tiers })
      const people = await inNetwork(read)
      show(command, { ...result.json, ...(people && { people: people.json }) }, [
        ...result.lines,
        ...(people?.lines ?? []),
      ])
    })
}

/** How many people could match in the network of this home; undefined where it has none. */
async function inNetwork(criteria: Criteria): Promise<Possible | undefined> {
  const { readNetworkFile } = await import('@ambrosia/devnet/NetworkFile')
  const { homeOf } = await import('../../environment.ts')
  try {
    const { services } = readNetworkFile(homeOf())
    const isOpen = criteria.issuers.includes(NOBODY)
    return await possible(criteria, { issuerUrl: services.issuer, isOpen })
  } catch (error) {
    if (hasCode(error, 'Devnet.NoNetwork')) return undefined
    throw error
  }
}
