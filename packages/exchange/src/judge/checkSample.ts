import { toHex } from '@ambrosia/primitives/Bytes'
import type { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'
import type * as CriteriaModule from '../Criteria.ts'

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

/**
 * Judges records against criteria before any escrow, by the same functions as issuer and oracle: form, claims, selection, checks,
 * predicates, quality. Issuers and signatures can't be judged, since a sample is not signed.
 */
export async function checkSample(options: {
  criteria: CriteriaModule.Criteria
  files: readonly { name: string; read: () => Promise<Uint8Array> }[]
  asOf: Date
  onFile?: (done: number, total: number) => void
}): Promise<SampleVerdict> {
  const judge = await prepare(options.criteria, options.asOf)
  const files: FileVerdict[] = []
  for (const { name, read } of options.files) {
    files.push({ file: name, ...judge.one(await read()) })
    options.onFile?.(files.length, options.files.length)
  }
  const steps = judge.steps.map((name) => ({
    name,
    removes: files.filter((file) => file.failed[0] === name).length,
    alone: files.filter((file) => file.failed.includes(name)).length,
  }))
  return { files, steps }
}

type Judge = { steps: string[]; one: (bytes: Uint8Array) => Omit<FileVerdict, 'file'> }

async function prepare(criteria: CriteriaModule.Criteria, asOf: Date): Promise<Judge> {
  const Criteria = await import('../Criteria.ts')
  const Bundle = await import('@ambrosia/health/Bundle')
  const ClaimProfile = await import('@ambrosia/health/ClaimProfile')
  const Claims = await import('@ambrosia/health/Claims')
  const Predicate = await import('@ambrosia/health/Predicate')
  const Quality = await import('@ambrosia/health/Quality')
  const SafeHarbor = await import('@ambrosia/health/SafeHarbor')
  const { meets, select } = await import('@ambrosia/health/Selection')
  const Validation = await import('@ambrosia/health/Validation')

  const predicates = criteria.predicates.map(({ id, expression }) => ({
    name: `predicate ${id}`,
    compiled: Predicate.compile(expression),
  }))
  const rules = criteria.resources.map((rule, i) => ({
    name: `rule ${i + 1} (${[rule.type, ...(rule.codes ?? []).map(({ code }) => code)].join(' ')})`,
    rule,
  }))
  const checks = {
    ...(criteria.profile ? { profile: JSON.stringify(criteria.profile.definition) } : {}),
    ...(criteria.jsonSchema ? { jsonSchema: criteria.jsonSchema } : {}),
  }
  const profile = ClaimProfile.AMBROSIA_CORE_2
  const names = Criteria.claimNames(criteria)
  // Only what the query speaks of: deriving every claim takes most of the time.
  const asked = {
    ...profile,
    claims: profile.claims.filter((rule) =>
      ClaimProfile.claimNames({ ...profile, claims: [rule] }).some((name) => names.includes(name)),
    ),
  }
  const key = crypto.getRandomValues(new Uint8Array(32))
  const rekey = (type: string, id: string): string =>
    toHex(hmacSha256(key, lengthPrefixed([utf8(type), utf8(id)]))).slice(2, 34)

  const one: Judge['one'] = (bytes) => {
    try {
      const original = Bundle.read(bytes).resources
      const resources =
        criteria.form === 'safe-harbor'
          ? SafeHarbor.deidentify(original, { rekey, asOf }).resources
          : original
      const selection = select(resources, criteria.resources)
      const selected = selection.indexes.map((index) => resources[index]).filter(isDefined)
      const subject = {
        form: criteria.form,
        claimProfile: toHex(ClaimProfile.hash(profile)),
        ...Claims.derive(resources, asked, { asOf }),
      }
      const type = ['VerifiableCredential', 'HealthRecordCredential']
      const findings = Validation.check(selected, checks)
      const bundle = Predicate.bundleOf(selected)
      const failed = [
        ...(Validation.check(original).length > 0 ? ['FHIR R4'] : []),
        ...(Criteria.claimsToDisclose(criteria, { type, subject }) === undefined
          ? ['claims (dcql)']
          : []),
        ...rules
          .filter(({ rule }) => !resources.some((resource) => meets(resource, rule)))
          .map(({ name }) => name),
        ...(findings.length > 0 ? ['schema and profile'] : []),
        ...predicates
          .filter(({ compiled }) => !holds(() => Predicate.evaluate(compiled, bundle, { asOf })))
          .map(({ name }) => name),
      ]
      const quality = Quality.score(selected, { asOf, findings, rules: criteria.resources })
      return {
        matches: failed.length === 0,
        failed,
        resources: resources.length,
        selected: selected.length,
        ...(failed.length === 0 ? { score: quality.score } : {}),
      }
    } catch (error) {
      const { code, message } = error as AmbrosiaError
      if (code === undefined) throw error
      return { matches: false, failed: ['readable'], unreadable: `${code}: ${message}` }
    }
  }
  return {
    steps: [
      'readable',
      'FHIR R4',
      'claims (dcql)',
      ...rules.map(({ name }) => name),
      'schema and profile',
      ...predicates.map(({ name }) => name),
    ],
    one,
  }
}

/** An oracle refuses a record on which a predicate can't be evaluated. */
function holds(evaluate: () => boolean): boolean {
  try {
    return evaluate()
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('Predicate.')) return false
    throw error
  }
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
