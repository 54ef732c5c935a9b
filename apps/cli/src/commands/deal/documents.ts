import type { Agreement } from '@ambrosia/exchange/Agreement'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
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
  const source = membersOf(path, 'criteria')
  const isOpen = (value: unknown): boolean => value === undefined || value === 'network'
  const filled = {
    ...source,
    ...(isOpen(source['issuers']) ? { issuers: [await parties.issuer()] } : {}),
    ...(isOpen(source['consumer']) ? { consumer: await parties.consumer() } : {}),
  }
  return inWords(path, 'criteria', () => parse(filled))
}

type Kind = 'criteria' | 'agreement'

/** What each document is known by, so that one that was named for the other is told. */
const KNOWN_BY: Readonly<Record<Kind, string>> = { criteria: 'resources', agreement: 'terms' }

/**
 * The members of a document. Where it is something else that people have at hand, that is said.
 * @throws Cli.Usage
 */
function membersOf(path: string, kind: Kind): Record<string, unknown> {
  const source = readNamedJson(path) as Record<string, unknown> | null
  const example = `See examples/deal/${kind}.json.`
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw new UsageError(`${path} is not the ${kind} document of a deal`, example)
  if (typeof source['resourceType'] === 'string')
    throw new UsageError(
      `${path} is a FHIR document; --${kind} takes ${kind === 'criteria' ? 'what a deal asks for' : 'the terms of use'}`,
      example,
    )
  const other = kind === 'criteria' ? 'agreement' : 'criteria'
  if (Object.hasOwn(source, KNOWN_BY[other]) && !Object.hasOwn(source, KNOWN_BY[kind]))
    throw new UsageError(
      `${path} is the ${other} of a deal, not its ${kind}`,
      `Name it with --${other}. ${example}`,
    )
  return source
}

/** Names the file where its form is wrong. */
function inWords<T>(path: string, kind: Kind, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!hasCode(error, 'Shape.Mismatch')) throw error
    throw new AmbrosiaError(error.code, `${path}: ${error.message}`, {
      hint: `Compare it with examples/deal/${kind}.json.`,
      details: error.details,
    })
  }
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
  const source = path === undefined ? undefined : membersOf(path, 'agreement')
  const consumerName = given.consumerName ?? source?.['consumerName']
  const consumerContact = given.consumerContact ?? source?.['consumerContact']
  if (consumerName === undefined || consumerContact === undefined) {
    throw new UsageError(
      'a consent names who gets the data and where they are reached',
      'Add --consumer-name and --consumer-contact, or an agreement file that has both.',
    )
  }
  const names = { consumerName, consumerContact }
  return inWords(path ?? 'the agreement', 'agreement', () =>
    parse({ ...(source ?? researchAgreement(names, until)), ...names }),
  )
}
