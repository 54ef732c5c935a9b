import { KEPT_TYPES } from '../keptTypes.ts'
import { elementsOf } from '../tables.ts'
import type { DefinedElement, Definition } from './definitions.ts'

/**
 * Resources of every R4 type in which every element that the definitions name holds something that
 * identifies a person.
 */

export type Plant = {
  readonly name: string
  readonly text: string
  /**
   * What must not be found in the output, in lower case; the whole text where there is no shorter
   * part.
   */
  readonly traces: readonly string[]
}

const plant = (name: string, text: string, ...traces: string[]): Plant => ({
  name,
  text,
  traces: (traces.length > 0 ? traces : [text]).map((trace) => trace.toLowerCase()),
})

/** One for each of the eighteen identifiers that text can hold. */
export const PLANTS: readonly Plant[] = [
  plant('name', 'Zebulon Quarkwright', 'zebulon', 'quarkwright'),
  plant('one-word name', 'Quarkwright'),
  plant('street address', '742 Evergreen Terrace, Springfield', 'evergreen', 'springfield'),
  plant('ZIP code', '98034'),
  plant('date', '1987-03-14', '1987-03', '03-14'),
  plant('date and time', '1987-03-14T15:09:26.535+01:00', '1987-03', '15:09'),
  plant('date in words', '14 March 1987', 'march'),
  plant('telephone', '425-555-0143'),
  plant('telephone in digits', '4255550143'),
  plant('e-mail', 'zebulon@quarkwright.example', 'zebulon'),
  plant('social security number', '078-05-1120'),
  plant('social security number in digits', '078051120', '78051120'),
  plant('record number', 'MRN-00831774', '831774'),
  plant('record number in digits', '83177412'),
  plant('account', 'DE89370400440532013000'),
  plant('licence', 'S99927625'),
  plant('plate', 'B-QZ 4711', '4711'),
  plant('serial number', 'SN:4F9A-77C2-Q', '4f9a'),
  plant('URL', 'https://quarkwright.example/photo?id=831774', 'quarkwright', '831774'),
  plant('IP address', '203.0.113.77'),
  plant('UUID', 'urn:uuid:7d444840-9dc0-11d1-b245-5ffdce74fad2', '7d444840'),
  plant('Base64', 'WmVidWxvbiBRdWFya3dyaWdodA==', 'wmvidwxvbi'),
  plant('HTML', '<div xmlns="http://www.w3.org/1999/xhtml">Zebulon</div>', 'zebulon'),
  plant('reference', 'Patient/quarkwright-1987', 'quarkwright'),
]

/**
 * Whether values are the plant itself, or lawful ones that stand beside plants, so that their
 * elements survive; in `valid` moreover one member of each choice, references of the right type,
 * and no comparator. Only `modifiers` holds what changes the meaning of a resource or element, for
 * which it is dropped whole.
 */
export type Mode = 'plants' | 'beside' | 'valid' | 'modifiers'

const VALID: Readonly<Record<string, unknown>> = {
  Coding: { system: 'http://snomed.info/sct', code: '44054006' },
  Quantity: { value: 6.4, system: 'http://unitsofmeasure.org', code: '%' },
  Age: { value: 41, system: 'http://unitsofmeasure.org', code: 'a' },
  Reference: { reference: 'Patient/self' },
  Address: { country: 'US', state: 'WA', postalCode: '98034-1234' },
}
const MODIFIERS = new Set(['modifierExtension', 'implicitRules'])
const NUMBERS = new Set(['integer', 'positiveInt', 'unsignedInt', 'decimal'])
const DEPTH = 3

/**
 * A resource with every element of its definition, each holding a plant: one after another of those
 * given.
 */
export function plantResource(
  definitions: ReadonlyMap<string, Definition>,
  type: string,
  plants: readonly Plant[],
  mode: Mode,
): Record<string, unknown> {
  let turn = 0
  const context: Context = {
    definitions,
    mode,
    get plant() {
      return plants[turn++ % plants.length] as Plant
    },
  }
  const body = plantObject(context, type, type, 0)
  body['resourceType'] = type
  body['id'] = 'self'
  return body
}

function isBeside(mode: Mode): boolean {
  return mode === 'beside' || mode === 'valid'
}

type Context = {
  readonly definitions: ReadonlyMap<string, Definition>
  readonly mode: Mode
  /** The next plant. */
  readonly plant: Plant
}

function children(definition: Definition, owner: string): DefinedElement[] {
  const start = `${owner}.`
  return definition.snapshot.element.filter(
    ({ path }) => path.startsWith(start) && !path.slice(start.length).includes('.'),
  )
}

function plantObject(
  context: Context,
  type: string,
  owner: string,
  depth: number,
): Record<string, unknown> {
  const definition = context.definitions.get(type)
  const out: Record<string, unknown> = {}
  if (definition === undefined) return out
  for (const element of children(definition, owner)) {
    const name = element.path.slice(owner.length + 1)
    if (name === 'contained' || name === 'resourceType') continue
    if (context.mode !== 'modifiers' && MODIFIERS.has(name)) continue
    const types = element.type ?? []
    if (element.contentReference !== undefined) {
      if (depth < DEPTH)
        put(
          context,
          out,
          name,
          element,
          plantObject(context, type, element.contentReference.slice(1), depth + 2),
        )
      continue
    }
    const chosen = context.mode === 'valid' ? types.slice(0, 1) : types
    for (const { code, targetProfile } of chosen) {
      const key = name.endsWith('[x]')
        ? name.slice(0, -3) + code.charAt(0).toUpperCase() + code.slice(1)
        : name
      const value = plantValue(context, type, element, code, depth)
      if (code === 'Reference' && context.mode === 'valid' && value !== undefined)
        Object.assign(value as object, target(targetProfile))
      put(context, out, key, element, value)
    }
  }
  // A key can hold a name as well as a value can.
  out[context.plant.text] = context.plant.text
  return out
}

function put(
  context: Context,
  out: Record<string, unknown>,
  key: string,
  element: DefinedElement,
  value: unknown,
): void {
  if (value === undefined) return
  out[key] = element.max === '1' ? value : [value, value]
  if (typeof value !== 'object') {
    const sibling = {
      id: context.plant.text,
      extension: [{ url: context.plant.text, valueString: context.plant.text }],
    }
    out[`_${key}`] = element.max === '1' ? sibling : [sibling, null]
  }
}

function plantValue(
  context: Context,
  type: string,
  element: DefinedElement,
  code: string,
  depth: number,
): unknown {
  const { mode, definitions } = context
  if (code === 'BackboneElement' || code === 'Element') {
    return depth < DEPTH ? plantObject(context, type, element.path, depth + 1) : undefined
  }
  if (code === 'Resource')
    return depth < DEPTH ? plantObject(context, 'Patient', 'Patient', DEPTH - 1) : undefined
  if (code === 'Extension')
    return {
      url: context.plant.text,
      valueString: context.plant.text,
      valueAddress: { text: context.plant.text },
    }
  if (code === 'code' && (isBeside(mode) || element.min > 0))
    return firstCode(element.path) ?? context.plant.text
  if (/^[a-z]/.test(code) || code.startsWith('http')) return plantPrimitive(context, code)
  if (!definitions.has(code)) return undefined
  if (depth >= DEPTH) return !isBeside(mode) ? undefined : structuredClone(VALID[code])
  const object = plantObject(context, code, code, depth + 1)
  if (mode === 'valid') delete object['comparator']
  return isBeside(mode) ? Object.assign(object, VALID[code] ?? {}) : object
}

/** A reference to the first kept type that the element may refer to. */
function target(profiles: readonly string[] | undefined): { reference: string } {
  const types = (profiles ?? []).map((profile) => profile.slice(profile.lastIndexOf('/') + 1))
  return { reference: `${types.find((type) => KEPT_TYPES.has(type)) ?? 'Patient'}/self` }
}

/** A code of the required binding of an element. */
function firstCode(path: string): string | undefined {
  const cut = path.lastIndexOf('.')
  const codes = elementsOf(path.slice(0, cut))?.get(path.slice(cut + 1))?.codes
  return codes === undefined ? undefined : [...codes][0]
}

function plantPrimitive({ plant, mode }: Context, code: string): unknown {
  if (!isBeside(mode))
    return NUMBERS.has(code) && /^\d{8,}$/.test(plant.text) ? Number(plant.text) : plant.text
  if (NUMBERS.has(code)) return 3
  if (code === 'boolean') return true
  if (code === 'date' || code === 'dateTime') return '1987-03-14'
  return plant.text
}
