import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Claims from '@ambrosia/health/Claims'
import * as Predicate from '@ambrosia/health/Predicate'
import type { Resource } from '@ambrosia/health/Resource'
import { select } from '@ambrosia/health/Selection'
import * as Validation from '@ambrosia/health/Validation'
import { type RandomBytes, random, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Criteria from '../Criteria.ts'
import { type SaltedResource, toResources } from '../IssuedRecord.ts'
import { formRecord } from '../issue/issueRecord.ts'
import { payloadResources } from '../offer/payloadResources.ts'
import { pointersOf, shownSubject } from '../offer/selectRecord.ts'
import { build } from '../RecordCredential.ts'
import { checksOf } from './checks.ts'
import { qualityOf } from './judge.ts'
import type { Opened } from './Opened.ts'

/** One file of a sample, judged as issuer and oracle would. */
export type FileVerdict = {
  file: string
  matches: boolean
  /** Why it could not be judged at all: a code and the path, never a value. */
  unreadable?: string
  /** Names of all steps that refuse it; the first is the one that removes it. */
  failed: string[]
  /** Quality score, where it matches. */
  score?: number
  resources?: number
  selected?: number
}

/** A step of the check over the whole sample. */
export type Step = {
  name: string
  /** Records that this step removes, coming after the steps before it. */
  removes: number
  /** Records that fail it, whatever else they fail. */
  alone: number
}

export type SampleVerdict = { files: FileVerdict[]; steps: Step[] }

const READABLE = 'readable'
const VALID = 'FHIR R4'

/**
 * Judges records against criteria before any escrow: each is formed as an issuer would, chosen from
 * as its holder would, and judged by the list that oracles go by. Issuers and signatures can't be
 * judged, since a sample is not signed.
 * @throws Predicate.* where the criteria hold an expression that no oracle would evaluate
 */
export async function checkSample(options: {
  criteria: Criteria.Criteria
  files: readonly { name: string; read: () => Promise<Uint8Array> }[]
  asOf: Date
  randomBytes?: RandomBytes
  onFile?: (done: number, total: number) => void
}): Promise<SampleVerdict> {
  const { criteria, asOf, randomBytes = random } = options
  for (const { expression } of criteria.predicates) Predicate.compile(expression)
  const judgeFile = createJudge(criteria, asOf, randomBytes)
  const files: FileVerdict[] = []
  for (const { name, read } of options.files) {
    files.push({ file: name, ...judgeFile(await read()) })
    options.onFile?.(files.length, options.files.length)
  }
  const names = [READABLE, VALID, ...contentChecks(criteria).map(({ name }) => name)]
  const steps = names.map((name) => ({
    name,
    removes: files.filter((file) => file.failed[0] === name).length,
    alone: files.filter((file) => file.failed.includes(name)).length,
  }))
  return { files, steps }
}

type Verdict = Omit<FileVerdict, 'file'>

function contentChecks(criteria: Criteria.Criteria) {
  return checksOf(criteria).filter((check) => check.of === 'contents')
}

function createJudge(
  criteria: Criteria.Criteria,
  asOf: Date,
  randomBytes: RandomBytes,
): (bytes: Uint8Array) => Verdict {
  const profile = askedProfile(criteria)
  const checks = contentChecks(criteria)
  return (bytes) => {
    try {
      const original = Bundle.read(bytes).resources
      const { form } = criteria
      const formed = formRecord(original, { form, now: asOf, randomBytes })
      const { resources } = formed
      const opened = openSample(formed, { criteria, asOf, randomBytes, profile })
      const failed = [
        ...(Validation.check(original).length > 0 ? [VALID] : []),
        ...checks.filter((check) => !holds(() => check.assert(opened))).map(({ name }) => name),
      ]
      const matches = failed.length === 0
      return {
        matches,
        failed,
        resources: resources.length,
        selected: opened.resources.length,
        ...(matches ? { score: qualityOf(opened).score } : {}),
      }
    } catch (error) {
      if (!(error instanceof AmbrosiaError)) throw error
      return { matches: false, failed: [READABLE], unreadable: `${error.code}: ${error.message}` }
    }
  }
}

/**
 * What an oracle would open, had the holder of these resources a credential of them and offered it.
 */
function openSample(
  { resources, saltedResources }: { resources: Resource[]; saltedResources: SaltedResource[] },
  options: {
    criteria: Criteria.Criteria
    asOf: Date
    randomBytes: RandomBytes
    profile: ClaimProfile.ClaimProfile
  },
): Opened {
  const { criteria, asOf, randomBytes, profile } = options
  const credential = build({
    issuer: '',
    holder: '',
    subjectHandle: '',
    claimProfile: toHex(ClaimProfile.hash(ClaimProfile.AMBROSIA_CORE_2)),
    form: criteria.form,
    claims: Claims.derive(resources, profile, { asOf }),
    resources,
    salted: saltedResources,
    validFrom: asOf,
    validUntil: asOf,
    credentialStatus: {},
    randomBytes,
  })
  const { credentialSubject: subject, type } = credential
  const read = toResources(saltedResources)
  const { indexes } = select(read, criteria.resources)
  const claims = Criteria.claimsToDisclose(criteria, { type, subject }) ?? []
  const chosen = indexes.map((index) => read[index] as Resource)
  const { shared, oracleOnly } = pointersOf(subject, criteria, { indexes, chosen, claims })
  const record = { credential, resources: saltedResources }
  return {
    salted: payloadResources(record, indexes),
    resources: chosen,
    criteria,
    presentation: {
      issuer: credential.issuer,
      type,
      subject: shownSubject(subject, [...shared, ...oracleOnly]),
    },
    isHolderBound: true,
    asOf,
  }
}

/** Only the claims that the query speaks of: deriving every claim takes most of the time. */
function askedProfile(criteria: Criteria.Criteria): ClaimProfile.ClaimProfile {
  const profile = ClaimProfile.AMBROSIA_CORE_2
  const names = Criteria.claimNames(criteria)
  const isAsked = (rule: (typeof profile.claims)[number]): boolean =>
    ClaimProfile.claimNames({ ...profile, claims: [rule] }).some((name) => names.includes(name))
  return { ...profile, claims: profile.claims.filter(isAsked) }
}

/** False where the check refuses the record, or a predicate can't be evaluated over it. */
function holds(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof AmbrosiaError) return false
    throw error
  }
}
