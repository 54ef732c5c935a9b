/**
 * Reads a record's JSON afresh, by nothing of the code that it tries, and says which claims nothing
 * in the record supports. It is more lenient than the claims are, never stricter.
 */
export type Plain = { [key: string]: unknown }

/** The claims that no resource supports, each with its value. */
export function unsupportedClaims(
  claims: Readonly<Record<string, string | number>>,
  resources: readonly Plain[],
  asOf: Date,
): string[] {
  const patient = resources.find((one) => one['resourceType'] === 'Patient')
  const own = resources.filter((one) => isOfThePerson(one, resources)).map(withoutModified)
  return Object.entries(claims)
    .filter(([name, value]) => !isSupported(name, value, own, patient, asOf))
    .map(([name, value]) => `${name} ${value}`)
}

/**
 * The claims that must be there and are not, as `name value`: those of resources that nothing puts
 * in doubt. Stricter than the claims are.
 */
export function missingClaims(
  claims: Readonly<Record<string, string | number>>,
  resources: readonly Plain[],
  asOf: Date,
): string[] {
  const plain = resources.filter((one) => isOfThePerson(one, resources) && isPlain(one))
  const codes = new Set(
    resources.filter((one) => one['resourceType'] === 'Condition').flatMap(snomedCodes),
  )
  const held = Object.entries(claims).filter(([name]) => /^condition\d/.test(name))
  const conditions = [...codes].filter(
    (code) => codes.size <= 12 && plain.some((one) => saysCondition(one, code, false, asOf)),
  )
  const missing = conditions.filter((code) => !held.some(([, value]) => value === code))
  return [
    ...missing.map((code) => `condition ${code}`),
    ...Object.keys(MEASURED).flatMap((name) => missingReading(name, claims, resources, plain)),
  ]
}

/**
 * Where all results under a claim's codes are plain, the largest of the latest is what is claimed.
 */
function missingReading(
  name: string,
  claims: Readonly<Record<string, string | number>>,
  resources: readonly Plain[],
  plain: readonly Plain[],
): string[] {
  const { codes = [], scale = 0, units = {} } = MEASURED[name] ?? {}
  const all = resources.filter((one) =>
    codes.some((code) => JSON.stringify(one).includes(`"${code}"`)),
  )
  const unit = Object.keys(units)[0]
  const results = all.flatMap((one) => {
    const { value, code, system } = (one['valueQuantity'] ?? {}) as Plain
    // A code without its system says nothing: it could be any system's.
    const isLoinc = codesOf(one['code']).some(
      (coding) => LOINC.includes(coding.system) && codes.includes(coding.code),
    )
    const isUsual = isLoinc && code === unit && system === 'http://unitsofmeasure.org'
    return isUsual && typeof value === 'number' && plain.includes(one) && !('component' in one)
      ? [{ value, date: String(one['effectiveDateTime']) }]
      : []
  })
  const isDated = results.every(({ date }) => /^20[01]\d-\d\d-\d\dT.*Z$/.test(date))
  if (results.length === 0 || results.length < all.length || !isDated) return []
  const latest = results
    .map(({ date }) => date)
    .toSorted()
    .at(-1)
  const value = Math.max(...results.flatMap((one) => (one.date === latest ? [one.value] : [])))
  const claim = Number(claims[name])
  return Math.abs(claim - value * 10 ** scale) <= 0.5 + 1e-6 ? [] : [`${name} ${value}`]
}

/**
 * Nothing in it that could change what it says: no extension, comparator or reason, and a usual
 * status.
 */
function isPlain(resource: Plain): boolean {
  const text = JSON.stringify(resource)
  const { status } = resource
  return (
    !/"_|[eE]xtension"|comparator|dataAbsentReason|"focus"|160245001/.test(text) &&
    /"reference":"urn:uuid:[^"]*"/.test(JSON.stringify(resource['subject'] ?? '')) &&
    (resource['resourceType'] !== 'Observation' || status === 'final')
  )
}

function snomedCodes(resource: Plain): string[] {
  return codesOf(resource['code']).flatMap(({ system, code }) =>
    SNOMED.includes(system) ? [code] : [],
  )
}

function isSupported(
  name: string,
  value: string | number,
  resources: readonly Plain[],
  patient: Plain | undefined,
  asOf: Date,
): boolean {
  if (name === 'fhirVersion') return value === '4.0.1'
  if (name === 'resourceCount') return typeof value === 'number' && value >= 0
  if (name === 'sex') return patient?.['gender'] === value
  if (name === 'birthYearBand') return isBandOf(String(value), patient, asOf)
  const condition = /^(condition|pastCondition)\d+$/.exec(name)
  if (condition !== null) {
    const isPast = condition[1] === 'pastCondition'
    return resources.some((one) => saysCondition(one, String(value), isPast, asOf))
  }
  const [, measured = '', end = ''] = /^([a-z0-9A-Z]+?)(AtLeast|AtMost|Year)?$/.exec(name) ?? []
  const readings = resources.flatMap((one) => readingsOf(one, measured, asOf))
  if (end === 'Year') return readings.some(({ years }) => years.includes(value as number))
  return readings.some(({ amount, sign }) => supports(end, value as number, amount, sign))
}

function supports(end: string, claim: number, amount: number, sign: string): boolean {
  const tolerance = 1e-6 * Math.max(1, Math.abs(amount))
  if (end === '') return sign === '' && Math.abs(claim - amount) <= 0.5 + tolerance
  if (end === 'AtLeast') return !sign.startsWith('<') && claim <= amount + tolerance
  return sign.startsWith('<') && claim >= amount - tolerance
}

function isBandOf(band: string, patient: Plain | undefined, asOf: Date): boolean {
  const birth = patient?.['birthDate']
  const [from = Number.NaN, to = Number.NaN] = band.split('-').map(Number)
  // Who is over 89 has no date of birth in the Safe Harbor form.
  if (birth === undefined) return from === 1900 && to >= asOf.getUTCFullYear() - 90
  const year = Number(String(birth).slice(0, 4))
  return year <= to && (from <= year || from === 1900)
}

/** False for what is labelled, has a modifier that is not known here, or is about somebody else. */
function isOfThePerson(resource: Plain, all: readonly Plain[]): boolean {
  if ('modifierExtension' in resource || 'implicitRules' in resource) return false
  const { security } = (resource['meta'] ?? {}) as { security?: unknown }
  const labels = [security].flat().map((one) => String((one as Plain | null)?.['code']))
  if (labels.some((label) => ['R', 'V', 'HIV', 'ETH', 'PSY', 'SDV', 'MH'].includes(label))) {
    return false
  }
  return ['subject', 'patient', 'focus'].every((name) =>
    [resource[name] ?? []].flat().every((one) => {
      const { reference } = (one ?? {}) as { reference?: unknown }
      return typeof reference !== 'string' || leadsToPatient(reference, all)
    }),
  )
}

/** By its URL, or the last part of the reference, which is lenient where two servers use one id. */
function leadsToPatient(reference: string, all: readonly Plain[]): boolean {
  const id = reference
    .replace(/\/_history\/.*$/, '')
    .split(/[/:]/)
    .at(-1)
  return all.some(
    (one) =>
      one['resourceType'] === 'Patient' && (one['id'] === id || one['fullUrl'] === reference),
  )
}

/** The resource with nothing in the elements whose meaning an extension changes. */
function withoutModified(resource: Plain): Plain {
  const clean = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(clean)
    return 'modifierExtension' in value ? {} : withoutModified(value as Plain)
  }
  return Object.fromEntries(Object.entries(resource).map(([key, value]) => [key, clean(value)]))
}

function codesOf(value: unknown): { system: string; code: string }[] {
  const { coding } = (value ?? {}) as { coding?: unknown }
  return (Array.isArray(coding) ? coding : []).flatMap((one: Plain | null) =>
    one === null ? [] : [{ system: String(one['system']), code: String(one['code']) }],
  )
}

const SNOMED = ['http://snomed.info/sct', 'urn:oid:2.16.840.1.113883.6.96']
const LOINC = ['http://loinc.org', 'urn:oid:2.16.840.1.113883.6.1']

function saysCondition(resource: Plain, code: string, isPast: boolean, asOf: Date): boolean {
  if (resource['resourceType'] !== 'Condition') return false
  const own = codesOf(resource['code'])
  if (!own.some((one) => SNOMED.includes(one.system) && one.code === code)) return false
  // "No known problems".
  if (own.some((one) => one.code === '160245001')) return false
  const ofStatus = ({ system }: { system: string }): boolean =>
    /ver-status$|^undefined$/.test(system)
  const verified = codesOf(resource['verificationStatus'])
    .filter(ofStatus)
    .map((one) => one.code)
  if (verified.some((one) => one !== 'confirmed')) return false
  if ('verificationStatus' in resource && verified.length === 0) return false
  const status = codesOf(resource['clinicalStatus'])
    .filter(({ system }) => /condition-clinical$|^undefined$/.test(system))
    .map((one) => one.code)
  const over = status.some((one) => ['inactive', 'remission', 'resolved'].includes(one))
  const hasEnd = Object.keys(resource).some((name) => /^_?abatement/.test(name))
  const holds = ['active', 'recurrence', 'relapse']
  if (status.some((one) => !holds.includes(one) && !over)) return false
  if (String(resource['onsetDateTime'] ?? '').slice(0, 4) > String(asOf.getUTCFullYear())) {
    return false
  }
  if (isPast) return over || (status.length === 0 && hasEnd)
  return !over && !(status.length === 0 && hasEnd)
}

/**
 * Claims of measurements: codes, decimal digits, and what one of each unit is in the claim's unit.
 */
const MEASURED: Readonly<Record<string, { codes: string[]; scale: number; units: Plain }>> = {
  // A ratio of amounts is another quantity than the percentage by which HbA1c is reported.
  hba1c: { codes: ['4548-4'], scale: 1, units: { '%': 1, '10*-2': 1 } },
  glucose: { codes: ['2339-0', '2345-7'], scale: 0, units: massPerVolume(1) },
  creatinine: { codes: ['2160-0', '38483-4'], scale: 2, units: massPerVolume(1) },
  egfr: { codes: ['33914-3'], scale: 0, units: { 'mL/min': 1, 'mL/s': 60 } },
  cholesterol: { codes: ['2093-3'], scale: 0, units: massPerVolume(1) },
  ldl: { codes: ['18262-6', '13457-7'], scale: 0, units: massPerVolume(1) },
  hdl: { codes: ['2085-9'], scale: 0, units: massPerVolume(1) },
  triglycerides: { codes: ['2571-8'], scale: 0, units: massPerVolume(1) },
  bmi: { codes: ['39156-5'], scale: 1, units: { 'kg/m2': 1, 'kg/m^2': 1 } },
  haemoglobin: { codes: ['718-7'], scale: 1, units: massPerVolume(0.001) },
  systolic: { codes: ['8480-6'], scale: 0, units: { 'mm[Hg]': 1, mmHg: 1, kPa: 7.50061575 } },
  diastolic: { codes: ['8462-4'], scale: 0, units: { 'mm[Hg]': 1, mmHg: 1, kPa: 7.50061575 } },
}

function massPerVolume(one: number): Plain {
  const grams = { 'g/L': 100 * one, 'g/dL': 1000 * one }
  return { 'mg/dL': one, 'mg%': one, 'mg/L': one / 10, 'ug/dL': one / 1000, ...grams }
}

type Read = { amount: number; sign: string; years: number[] }

function readingsOf(resource: Plain, measured: string, asOf: Date): Read[] {
  const rule = MEASURED[measured]
  if (resource['resourceType'] !== 'Observation' || rule === undefined) return []
  if (!['final', 'amended', 'corrected'].includes(String(resource['status']))) return []
  const period = (resource['effectivePeriod'] ?? {}) as Plain
  const dates = [resource['effectiveDateTime'], period['end'], period['start']]
  const years = [...dates, resource['effectiveInstant'], resource['issued']]
    .map((date) => Number(String(date).slice(0, 4)))
    .filter((year) => year <= asOf.getUTCFullYear())
  return [resource, ...(Array.isArray(resource['component']) ? resource['component'] : [])].flatMap(
    (one: Plain) => {
      const isCoded = codesOf(one['code']).some(
        ({ system, code }) => LOINC.includes(system) && rule.codes.includes(code),
      )
      const { value, unit, code, comparator = '' } = (one['valueQuantity'] ?? {}) as Plain
      // What stands in braces is a remark.
      const factor = rule.units[String(code ?? unit).replace(/\/?\{[^}]*\}/g, '')]
      if (!isCoded || typeof value !== 'number' || typeof factor !== 'number') return []
      if ('dataAbsentReason' in one || '_comparator' in (one['valueQuantity'] as Plain)) return []
      return [{ amount: value * factor * 10 ** rule.scale, sign: String(comparator), years }]
    },
  )
}
