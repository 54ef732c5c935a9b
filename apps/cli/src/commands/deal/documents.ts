import type { Agreement } from '@ambrosia/exchange/Agreement'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import { readNamedJson } from '../../namedFiles.ts'
import { UsageError } from '../../output.ts'

/**
 * The criteria of a file, in which the word `network` stands for the issuer of the network that
 * runs and for the consumer's own DID.
 * @throws Cli.Usage, Shape.Mismatch, Criteria.*
 */
export async function readCriteria(
  path: string,
  parties: { issuer: () => Promise<string>; consumer: () => Promise<string> | string },
): Promise<Criteria> {
  const { parse } = await import('@ambrosia/exchange/Criteria')
  const source = readNamedJson(path) as Record<string, unknown> | null
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw new UsageError(`${path} is not a criteria document`, 'See examples/deal/criteria.json.')
  const isOpen = (value: unknown): boolean => value === undefined || value === 'network'
  return parse({
    ...source,
    ...(isOpen(source['issuers']) ? { issuers: [await parties.issuer()] } : {}),
    ...(isOpen(source['consumer']) ? { consumer: await parties.consumer() } : {}),
  })
}

/** Who asks for the data: every consent names them, and says where they are reached. */
export type ConsumerNames = { consumerName?: string; consumerContact?: string }

/**
 * The agreement of a file, or the usual one of research; with the name and contact of the consumer.
 * @throws Cli.Usage where one of the two is missing
 */
export async function readAgreement(
  path: string | undefined,
  given: ConsumerNames,
  until: string,
): Promise<Agreement> {
  const { parse } = await import('@ambrosia/exchange/Agreement')
  const { researchAgreement } = await import('../../researchAgreement.ts')
  const written = path === undefined ? undefined : parse(readNamedJson(path))
  const consumerName = given.consumerName ?? written?.consumerName
  const consumerContact = given.consumerContact ?? written?.consumerContact
  if (consumerName === undefined || consumerContact === undefined) {
    throw new UsageError(
      'a consent names who gets the data and where they are reached',
      'Add --consumer-name and --consumer-contact, or an agreement file that has both.',
    )
  }
  const agreement = written ?? researchAgreement(consumerName, until)
  return parse({ ...agreement, consumerName, consumerContact })
}
