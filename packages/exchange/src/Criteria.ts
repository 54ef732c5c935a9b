import type { ResourceRule } from '@ambrosia/health/Selection'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { DcqlQuery } from 'dcql'
import { CRITERIA_SIZE_BYTES } from './Limits.ts'
import { criteriaSchema } from './schemas/criteria.ts'
import { assertShape } from './validateShape.ts'

/** A predicate in FHIRPath over the opened record. */
export type CriteriaPredicate = { id: string; expression: string }

/**
 * What a consumer asks for; its hash stands in the deal. DCQL speaks of the credential's claims and
 * decides who may offer; `resources` says what is delivered; `predicates` decide whether an opened
 * record is what was asked.
 */
export type Criteria = {
  version: 1
  title: string
  form: 'safe-harbor' | 'identified'
  /** OpenID for Verifiable Presentations 1.0, section 6 (Digital Credentials Query Language). */
  dcql: { credentials: unknown[] }
  resources: ResourceRule[]
  predicates: CriteriaPredicate[]
  profile?: { url: string; definition: object }
  jsonSchema?: object
  /** DIDs of the issuers whose word counts. */
  issuers: string[]
  /** A Data Use Ontology code. */
  purpose: string
  /** DID of the consumer, whose keyAgreement key receives the data keys. */
  consumer: string
}

/**
 * The criteria of JSON text or data.
 * @throws Criteria.TooLarge, Shape.Mismatch, Criteria.InvalidQuery
 */
export function parse(input: string | Uint8Array | object): Criteria {
  const isText = typeof input === 'string' || input instanceof Uint8Array
  if (isText && input.length > CRITERIA_SIZE_BYTES) throw new TooLargeError(input.length)
  const data = isText ? CanonicalJson.toPlain(CanonicalJson.parse(input)) : input
  const criteria = assertShape<Criteria>(criteriaSchema, data)
  const sizeBytes = CanonicalJson.encode(criteria).length
  if (sizeBytes > CRITERIA_SIZE_BYTES) throw new TooLargeError(sizeBytes)
  queryOf(criteria)
  return criteria
}

/** SHA-256 of the criteria in the form of RFC 8785. */
export function hash(criteria: Criteria): Hex {
  return toHex(sha256(CanonicalJson.encode(criteria)))
}

function queryOf(criteria: Criteria): DcqlQuery {
  try {
    const query = DcqlQuery.parse(criteria.dcql as Parameters<typeof DcqlQuery.parse>[0])
    DcqlQuery.validate(query)
    return query
  } catch {
    throw new InvalidQueryError()
  }
}

/** The names of the claims that the query asks for. */
export function claimNames(criteria: Criteria): string[] {
  const names = new Set<string>()
  for (const credential of queryOf(criteria).credentials) {
    for (const claim of credential.claims ?? []) {
      const [root, name] = 'path' in claim ? claim.path : []
      if (root === 'credentialSubject' && typeof name === 'string') names.add(name)
    }
  }
  return [...names].sort()
}

/** A claim that the query asks for, and the values that it may have where it names some. */
export type AskedClaim = { claim: string; values?: string[] }

/** For each credential that the query asks for, the sets of claims of which one must be there. */
export function claimSets(criteria: Criteria): AskedClaim[][][] {
  return queryOf(criteria).credentials.map((query) => {
    const claims = query.claims ?? []
    const asked = claims.map((claim): AskedClaim => {
      const name = 'path' in claim ? String(claim.path[1]) : ''
      return 'values' in claim && claim.values !== undefined
        ? { claim: name, values: claim.values.map(String) }
        : { claim: name }
    })
    return (
      query.claim_sets?.map((set) =>
        asked.filter((_, position) => set.includes(claims[position]?.id ?? '')),
      ) ?? [asked]
    )
  })
}

/**
 * The claims that a holder discloses: those of the first set of the query that their credential
 * satisfies, no others.
 * @returns undefined where the credential satisfies no set
 */
export function claimsToDisclose(
  criteria: Criteria,
  credential: { type: string[]; subject: Record<string, unknown> },
): string[] | undefined {
  const names = new Set<string>()
  for (const query of queryOf(criteria).credentials) {
    const claims = query.claims ?? []
    const nameOf = (position: number): string => {
      const claim = claims[position]
      return claim && 'path' in claim ? String(claim.path[1]) : ''
    }
    const sets = query.claim_sets?.map((set) =>
      set.map((id) => claims.findIndex((claim) => claim.id === id)),
    ) ?? [claims.map((_, position) => position)]
    const satisfied = sets.find((set) => {
      const shown = set.map(nameOf)
      const subject = Object.fromEntries(
        Object.entries(credential.subject).filter(([name]) => shown.includes(name)),
      )
      return matchesClaims(criteria, { type: credential.type, subject }, true)
    })
    if (!satisfied) return undefined
    for (const position of satisfied) names.add(nameOf(position))
  }
  return [...names].sort()
}

/**
 * True when the disclosed subject satisfies the query; `isHolderBound` tells that a holder key
 * signed.
 */
export function matchesClaims(
  criteria: Criteria,
  credential: { type: string[]; subject: Record<string, unknown> },
  isHolderBound: boolean,
): boolean {
  const result = DcqlQuery.query(queryOf(criteria), [
    {
      credential_format: 'ldp_vc',
      type: credential.type as [string, ...string[]],
      claims: { credentialSubject: credential.subject } as never,
      cryptographic_holder_binding: isHolderBound,
    },
  ])
  return result.can_be_satisfied
}

/** A criteria document that is too large. */
export class TooLargeError extends AmbrosiaError {
  constructor(sizeBytes: number) {
    super(
      'Criteria.TooLarge',
      `criteria of ${sizeBytes} bytes; the limit is ${CRITERIA_SIZE_BYTES}`,
    )
  }
}

/** A criteria document whose query is not DCQL. */
export class InvalidQueryError extends AmbrosiaError {
  constructor() {
    super('Criteria.InvalidQuery', 'the dcql member is not a valid query', {
      hint: 'See OpenID for Verifiable Presentations 1.0, section 6.',
    })
  }
}
