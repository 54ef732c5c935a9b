import type { Criteria } from '@ambrosia/exchange/Criteria'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { count, time } from '../../figures.ts'

/** How many people could match at most, as the network's issuer publishes it. */
export type Possible = { lines: string[]; json: Record<string, unknown> }

/**
 * Bounds how many people could match criteria by the counts that the network's issuer publishes.
 * Nothing of the criteria is sent: the counts are the same for whoever asks.
 * @param options.isOpen the criteria leave open which issuers count
 */
export async function possible(
  criteria: Criteria,
  { issuerUrl, isOpen = false }: { issuerUrl: string; isOpen?: boolean },
): Promise<Possible> {
  const { createIssuerClient } = await import('@ambrosia/api/issuer/IssuerClient')
  const { mostMatching } = await import('@ambrosia/exchange/counts/mostMatching')
  const issuer = createIssuerClient({ url: issuerUrl, fetch, now: Date.now })
  try {
    const { did } = await issuer.service()
    if (!isOpen && !criteria.issuers.includes(did))
      return unknown("the criteria name other issuers than this network's")
    const { publishedAtSec, leastPeople, ...counts } = await issuer.counts()
    if (publishedAtSec === 0)
      return unknown(`the issuer tells nothing before ${leastPeople} people have records`)
    const { people, most } = mostMatching(criteria, counts)
    const others = isOpen ? 0 : criteria.issuers.length - 1
    const bound = most < leastPeople ? `fewer than ${leastPeople}` : `at most ${count(most)}`
    return {
      lines: [
        `people     ${bound} of about ${count(people)} could match, counted ${time(publishedAtSec)}${others > 0 ? `; ${others} other issuers not counted` : ''}`,
      ],
      json: { most, people, leastPeople, publishedAtSec, otherIssuers: others },
    }
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    return unknown('the issuer gives no counts')
  }
}

function unknown(why: string): Possible {
  return { lines: [`people     not known: ${why}`], json: { unknown: why } }
}
