import { Ajv, type SchemaValidateFunction, type ValidateFunction } from 'ajv'
import type { Finding } from '../Finding.ts'
import type { FhirResource } from '../Resource.ts'
import { isR5Element } from '../resource/laterVersions.ts'
import { RESOURCE_TYPES } from '../resourceTypes.ts'
import { assertSchemaBounded } from './assertSchemaBounded.ts'
import { loadDefinitions } from './definitions.ts'
import { SchemaInvalidError } from './errors.ts'
import { createMeteredPatterns } from './patterns.ts'
import { type Definition, repairDefinitions } from './repairSchema.ts'

type Schema = { definitions: Record<string, Definition> }

let ajv: Ajv | undefined
const checks = new Map<string, ValidateFunction>()

/**
 * The JSON Schema of FHIR R4 as the specification publishes it does not compile under a current
 * validator: its `id` is no absolute one, its `discriminator` uses `mapping`, and 148 branches per
 * contained resource make it slow. Here each resource is checked against the definition of its own
 * type, which `fhirResource` does for resources inside resources.
 */
function load(): Ajv {
  if (ajv) return ajv
  const schema = loadDefinitions('fhir.schema.json') as Schema
  const definitions: Record<string, object> = {
    ...repairDefinitions(schema.definitions),
    ResourceList: { fhirResource: true },
    Resource: { fhirResource: true },
  }
  ajv = new Ajv({ strict: false, allErrors: true, messages: false })
  ajv.addKeyword({ keyword: 'fhirResource', validate: checkInner, errors: 'full' })
  ajv.addSchema({ $id: 'urn:fhir:r4', definitions })
  return ajv
}

function checkOf(type: string): ValidateFunction | undefined {
  let check = checks.get(type)
  if (!check && RESOURCE_TYPES.has(type)) {
    check = load().getSchema(`urn:fhir:r4#/definitions/${type}`)
    if (check) checks.set(type, check)
  }
  return check
}

const checkInner: SchemaValidateFunction = (_schema, data, _parent, at) => {
  const path = at?.instancePath ?? ''
  const check = checkOf((data as { resourceType?: string } | null)?.resourceType ?? '')
  if (!check) {
    checkInner.errors = [{ instancePath: path, keyword: 'resourceType', params: {} }]
    return false
  }
  if (check(data)) return true
  checkInner.errors = (check.errors ?? []).map((error) => ({
    ...error,
    instancePath: path + error.instancePath,
  }))
  return false
}

/** Findings of the JSON Schema of FHIR R4 for one resource. */
export function checkSchema(resource: FhirResource, resourceIndex: number): Finding[] {
  const check = checkOf(resource.resourceType)
  if (!check) {
    return [finding(resourceIndex, resource.resourceType, 'resourceType')]
  }
  const type = resource.resourceType
  if (check(resource)) return []
  // `if` only says that one of the errors beside it stands in a branch.
  const errors = (check.errors ?? []).filter(({ keyword }) => keyword !== 'if')
  const found = errors.map((error) => {
    const one = finding(resourceIndex, toPath(type, error.instancePath), error.keyword)
    const key = String(error.params['additionalProperty'] ?? '')
    const isR5 = error.instancePath === '' && isR5Element(type, key)
    return isR5 ? { ...one, message: `holds ${key}, which FHIR R5 defines and R4 does not` } : one
  })
  return distinct(found)
}

/**
 * Findings of a consumer's JSON Schema over the record as a list of resources in a Bundle.
 * @throws Validation.SchemaInvalid, Validation.TooMuchWork
 */
export function checkJsonSchema(resources: readonly FhirResource[], schema: object): Finding[] {
  assertSchemaBounded(schema)
  let check: ValidateFunction
  try {
    const { $schema: _, ...rest } = schema as { $schema?: string }
    const code = { regExp: createMeteredPatterns() }
    check = new Ajv({ strict: false, allErrors: false, messages: false, code }).compile(rest)
  } catch {
    throw new SchemaInvalidError('it does not compile')
  }
  const entry = resources.map((resource) => ({ resource }))
  if (check({ resourceType: 'Bundle', type: 'collection', entry })) return []
  return distinct(
    (check.errors ?? []).map((error) => {
      const match = /^\/entry\/(\d+)\/resource(.*)$/.exec(error.instancePath)
      const index = match ? Number(match[1]) : 0
      const root = match ? (resources[index]?.resourceType ?? '') : 'Bundle'
      return finding(
        index,
        toPath(root, match ? (match[2] ?? '') : error.instancePath),
        error.keyword,
      )
    }),
  )
}

const MESSAGES: Readonly<Record<string, string>> = {
  additionalProperties: 'holds an element that FHIR R4 does not define',
  required: 'lacks a required element',
  type: 'has the wrong JSON type',
  enum: 'has a code outside the required value set',
  pattern: 'does not have the form of its data type',
  const: 'has another value than the fixed one',
  resourceType: 'is not a resource type of FHIR R4',
}

function finding(resourceIndex: number, path: string, keyword: string): Finding {
  const message = MESSAGES[keyword] ?? `breaks the rule "${keyword}" of the JSON Schema`
  return { resourceIndex, path, rule: `schema.${keyword}`, message }
}

function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ path, rule }) => {
    const key = `${path} ${rule}`
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
}

/**
 * A JSON pointer as a FHIRPath-like path. Its parts are keys that the schema names and positions.
 */
function toPath(root: string, pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .reduce((path, part) => path + (/^\d+$/.test(part) ? `[${part}]` : `.${part}`), root)
}
