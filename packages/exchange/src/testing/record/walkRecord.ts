import assert from 'node:assert/strict'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Claims from '@ambrosia/health/Claims'
import * as Export from '@ambrosia/health/Export'
import * as Quality from '@ambrosia/health/Quality'
import { codesOf, type Resource } from '@ambrosia/health/Resource'
import { RESOURCE_TYPES } from '@ambrosia/health/resourceTypes'
import * as SafeHarbor from '@ambrosia/health/SafeHarbor'
import { meets } from '@ambrosia/health/Selection'
import { classOf } from '@ambrosia/health/Sensitivity'
import * as Validation from '@ambrosia/health/Validation'
import { fromUtf8, type RandomBytes, toHex } from '@ambrosia/primitives/Bytes'
import { NumberToken, stringify, type Value } from '@ambrosia/primitives/CanonicalJson'
import { hasCode } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as Criteria from '../../Criteria.ts'
import type { RecordForm } from '../../IssuedRecord.ts'
import { formRecord } from '../../issue/issueRecord.ts'
import { judge } from '../../judge/judge.ts'
import { payloadResources } from '../../offer/payloadResources.ts'
import { selectRecord, shownSubject } from '../../offer/selectRecord.ts'
import { build } from '../../RecordCredential.ts'
import type { Chance } from './Chance.ts'
import { PLANTED } from './planted.ts'
import { missingClaims, type Plain, unsupportedClaims } from './unsupportedClaims.ts'

/** How far a record came; each is a count of what the runs have tried. */
export type Walk = {
  /** Why it was not read, by the code of the error. */
  refused?: string
  isValid: boolean
  claims: number
  kept: number
  sold: number
}

const ISSUER = 'did:example:hospital'
const profile = ClaimProfile.AMBROSIA_CORE_2

/**
 * Takes a record the whole way: read, checked, claimed from, de-identified, scored, put in tables,
 * built into a credential, chosen from, judged and read back. `gone` are texts that a later version
 * or a deletion has taken back. A breach of what must hold is thrown.
 */
export function walkRecord(
  bytes: Uint8Array | string,
  { chance, asOf, gone = [] }: { chance: Chance; asOf: Date; gone?: readonly string[] },
): Walk {
  const walk: Walk = { isValid: false, claims: 0, kept: 0, sold: 0 }
  let resources: Resource[]
  try {
    resources = Bundle.read(bytes).resources
  } catch (error) {
    // An expected refusal has a code; anything else is a fault.
    const { code } = error as { code?: unknown }
    if (typeof code !== 'string' || !/^[A-Z]\w+\.[A-Z]\w+$/.test(code)) throw error
    return { ...walk, refused: code }
  }
  const source = resources.map(({ value, fullUrl }) => {
    const plain = JSON.parse(stringify(value)) as Plain
    return fullUrl === undefined ? plain : { ...plain, fullUrl }
  })
  for (const text of gone) {
    assert.ok(!source.some((one) => JSON.stringify(one).includes(text)), `${text} was taken back`)
  }
  const findings = Validation.check(resources)
  walk.isValid = findings.length === 0
  walk.claims = tryClaims(resources, source, asOf)
  if (walk.isValid) {
    const claims = Claims.derive(resources, profile, { asOf })
    assert.deepEqual(missingClaims(claims, source, asOf), [], 'claims that are missing')
  }
  tryScore(resources, findings, asOf)
  tryTables(resources, asOf)
  const { resources: clean } = SafeHarbor.deidentify(resources, {
    rekey: (type, id) => uuidOf(`${type} ${id}`),
    references: 'urn:uuid',
    asOf,
  })
  walk.kept = clean.length
  trySafeHarbor(resources, clean, { asOf, findings })
  if (clean.some(({ type }) => type === 'Patient')) {
    tryClaims(clean, source, asOf)
    tryTables(clean, asOf)
  }
  if (!walk.isValid) return walk
  for (const form of ['safe-harbor', 'identified'] as const) {
    if (trySale(resources, form, { chance, asOf })) walk.sold++
  }
  return walk
}

/** What is claimed stands in the record, and the order of the record does not matter. */
function tryClaims(resources: readonly Resource[], source: readonly Plain[], asOf: Date): number {
  const claims = Claims.derive(resources, profile, { asOf })
  assert.deepEqual(unsupportedClaims(claims, source, asOf), [], 'claims without support')
  assert.deepEqual(Claims.derive(resources.toReversed(), profile, { asOf }), claims, 'order')
  for (const name of Object.keys(claims)) {
    assert.ok(ClaimProfile.claimNames(profile).includes(name), `no claim of the profile: ${name}`)
  }
  for (const { claim, values, from } of Claims.explain(resources, profile, { asOf })) {
    for (const { index } of from) assert.ok(resources[index] !== undefined, `${claim} from nowhere`)
    const isWhole = ['fhirVersion', 'resourceCount'].includes(claim)
    if (!isWhole && Object.keys(values).length > 0) assert.ok(from.length > 0, `${claim} from what`)
  }
  return Object.keys(claims).length
}

function tryScore(
  resources: readonly Resource[],
  findings: readonly Validation.Finding[],
  asOf: Date,
): void {
  const { score, ...parts } = Quality.score(resources, { asOf, findings, rules: [] })
  const sum = Object.values(parts).reduce((total, part) => total + part, 0)
  assert.equal(score, sum)
  assert.ok(Number.isSafeInteger(score) && score >= 0 && score <= 100, `a score of ${score}`)
}

/** A row for each resource of the table's type, and no digits but those of the file. */
function tryTables(resources: readonly Resource[], asOf: Date): void {
  const digits = new Set(resources.flatMap(({ value }) => numbersIn(value)))
  let tables: Export.Table[]
  try {
    tables = Export.tables([resources], { asOf })
  } catch (error) {
    // A list where R4 has one value, or an object where it has a text: such a record is not valid.
    const isRefusal = ['View.SeveralValues', 'Predicate.Failed'].some((code) =>
      hasCode(error, code),
    )
    if (!isRefusal) throw error
    assert.notDeepEqual(Validation.check(resources), [], 'a valid record has tables')
    return
  }
  for (const [at, table] of tables.entries()) {
    const { resource } = Export.DEFAULT_VIEWS[at] as Export.ViewDefinition
    const own = resources.filter(({ type }) => type === resource)
    if (resource !== 'Observation') assert.equal(table.rows.length, own.length, table.name)
    else assert.ok(table.rows.length >= own.length, table.name)
    for (const row of table.rows) {
      for (const [column, cell] of row.entries()) {
        if (!(cell instanceof NumberToken) || table.columns[column]?.name === 'component') continue
        assert.ok(digits.has(cell.text), `${table.name}: ${cell.text} is nowhere in the record`)
      }
    }
    const csv = new TextDecoder().decode(Export.toCsv(table))
    assert.ok(!/(?:^|,|\n)"?[=+@]/.test(csv), 'a cell that a spreadsheet would run')
    Export.toParquet(table)
  }
}

/** Nothing planted is left, every digit is the file's, and what was valid still is. */
function trySafeHarbor(
  resources: readonly Resource[],
  clean: readonly Resource[],
  { asOf, findings }: { asOf: Date; findings: readonly Validation.Finding[] },
): void {
  assert.deepEqual(SafeHarbor.check(clean, { asOf }), [], 'not in Safe Harbor form')
  if (findings.length === 0) assert.deepEqual(Validation.check(clean), [], 'no longer valid')
  const text = stringify(clean.map(({ value }) => value)).toLowerCase()
  for (const needle of PLANTED.needles) assert.ok(!text.includes(needle), `${needle} is left`)
  for (const { number } of PLANTED.ages) assert.ok(!text.includes(number), `the age ${number}`)
  const texts = clean.flatMap(({ value }) => textsIn(value))
  const dates = texts.filter((one) => /^\d{4}-\d{2}(-\d{2}(T.*)?)?$/.test(one))
  assert.deepEqual(dates, [], 'dates finer than a year')
  // An id without a digit may be a word that is a code elsewhere, such as medication.
  const ids = new Set(resources.map(({ id }) => id).filter((id) => /^(?=.*\d).{8,}$/.test(id)))
  const left = texts.filter((one) => ids.has(one) || ids.has(one.split(/[/:]/).at(-1) ?? ''))
  assert.deepEqual(left, [], 'ids of the source')
  const digits = new Set(resources.flatMap(({ value }) => numbersIn(value)))
  const made = clean
    .flatMap(({ value }) => numbersIn(value))
    .filter((one) => !digits.has(one) && one !== '90')
  assert.deepEqual(made, [], 'digits that are not of the file')
}

/**
 * Issues, offers and judges the record for all of one code; false where there is nothing to sell.
 */
function trySale(
  source: readonly Resource[],
  form: RecordForm,
  { chance, asOf }: { chance: Chance; asOf: Date },
): boolean {
  const randomBytes: RandomBytes = (size) =>
    Uint8Array.from({ length: size }, () => chance.below(256))
  let formed: ReturnType<typeof formRecord>
  try {
    formed = formRecord(source, { form, now: asOf, randomBytes })
  } catch (error) {
    if (hasCode(error, 'Issuer.NoPatient')) return false
    // Ids of two servers can meet in the identified form, which is then refused before it is
    // signed.
    if (form === 'identified' && hasCode(error, 'Bundle.Unreadable')) return false
    throw error
  }
  const { resources, saltedResources } = formed
  const claims = Claims.derive(resources, profile, { asOf })
  const credential = build({
    issuer: ISSUER,
    holder: 'did:key:z6Mk',
    subjectHandle: `0x${'11'.repeat(32)}`,
    claimProfile: `0x${'22'.repeat(32)}`,
    form,
    claims,
    resources,
    salted: saltedResources,
    validFrom: asOf,
    validUntil: new Date(asOf.getTime() + 1000),
    credentialStatus: {},
    randomBytes,
  })
  const record = { version: 1, form, credential, resources: saltedResources } as const
  const criteria = criteriaFor(resources, form, chance)
  const [rule] = criteria.resources
  if (rule === undefined || !resources.some((one) => meets(one, rule))) return false
  if (!resources.some((one) => classOf(one) === rule.type)) return false
  const selected = selectRecord(record, criteria)
  const shown = [...selected.pointers.shared, ...selected.pointers.oracleOnly]
  const subject = shownSubject(credential.credentialSubject, shown)
  const { score, resources: judged } = judge({
    payload: { resources: payloadResources(record, selected.indexes) },
    criteria,
    presentation: { issuer: ISSUER, type: [...credential.type], subject },
    isHolderBound: true,
    asOf,
  })
  assert.ok(score >= 0)
  // What is bought is what was issued, to the byte, and the buyer can read it.
  assert.deepEqual(
    judged.map((one) => stringify(one.value)),
    selected.indexes.map((index) => stringify((resources[index] as Resource).value)),
  )
  assert.ok(Bundle.readResources(Bundle.write(judged)).length === judged.length)
  return true
}

/** All of one code, or of one type, that the record has. */
function criteriaFor(
  resources: readonly Resource[],
  form: RecordForm,
  chance: Chance,
): Criteria.Criteria {
  const own = resources.filter(({ type }) => RESOURCE_TYPES.has(type))
  const one = chance.pick(own)
  const codes = codesOf(one).filter(({ system, code }) => system !== '' && code !== '')
  return Criteria.parse({
    version: 1,
    title: 'All of it',
    form,
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          claims: [{ path: ['credentialSubject', 'resourceCount'] }],
        },
      ],
    },
    resources: [
      {
        type: one.type,
        all: true,
        ...(codes.length === 0 || chance.oneIn(2) ? {} : { codes: [chance.pick(codes)] }),
      },
    ],
    predicates: [],
    issuers: [ISSUER],
    purpose: 'DUO:0000042',
    consumer: 'did:example:consumer',
  })
}

function numbersIn(value: Value): string[] {
  if (value instanceof NumberToken) return [value.text]
  if (typeof value !== 'object' || value === null) return []
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(numbersIn)
}

function textsIn(value: Value): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || value instanceof NumberToken) return []
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(textsIn)
}

/** A UUID by a hash of the text, which is enough where nothing is secret. */
function uuidOf(text: string): string {
  const hex = toHex(sha256(fromUtf8(text))).slice(2)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
