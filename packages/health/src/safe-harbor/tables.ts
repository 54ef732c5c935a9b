import codes from './codes.generated.json' with { type: 'json' }
import elements from './elements.generated.json' with { type: 'json' }

/** What the R4 definitions say of one element. */
export type ElementRow = {
  /** Data types; `@Path` is an element that is defined in place, at that path. */
  readonly types: readonly string[]
  readonly min: number
  readonly repeats: boolean
  /** The codes of a required binding, for the type `code`. */
  readonly codes: ReadonlySet<string> | undefined
}

type Raw = [types: string[], min: number, repeats: number, codes?: string]

const sets = new Map<string, ReadonlySet<string>>()
const systems = new Map<string, ReadonlySet<string>>()
const owners = new Map<string, ReadonlyMap<string, ElementRow>>()
const setTexts = codes.sets as Record<string, string>
const systemTexts = codes.systems as Record<string, string>
const ownerRows = elements.elements as unknown as Record<string, Record<string, Raw>>

/** Every resource type of R4. */
export const R4_TYPES: ReadonlySet<string> = new Set(elements.types)

/**
 * The elements of a resource type, a data type, or an element path; undefined where the definitions
 * name none.
 */
export function elementsOf(owner: string): ReadonlyMap<string, ElementRow> | undefined {
  const known = owners.get(owner)
  if (known !== undefined) return known
  if (!Object.hasOwn(ownerRows, owner)) return undefined
  const rows = new Map<string, ElementRow>()
  for (const [name, raw] of Object.entries(ownerRows[owner] as Record<string, Raw>)) {
    const set = raw[3] === undefined ? undefined : codeSet(raw[3])
    rows.set(name, { types: raw[0], min: raw[1], repeats: raw[2] === 1, codes: set })
  }
  owners.set(owner, rows)
  return rows
}

function codeSet(name: string): ReadonlySet<string> {
  const known = sets.get(name)
  if (known !== undefined) return known
  const set = new Set((setTexts[name] ?? '').split(' '))
  sets.set(name, set)
  return set
}

/** The codes of a code system that HL7 publishes whole with R4, undefined for any other. */
export function listedCodes(system: string): ReadonlySet<string> | undefined {
  const known = systems.get(system)
  if (known !== undefined) return known
  if (!Object.hasOwn(systemTexts, system)) return undefined
  const set = new Set((systemTexts[system] as string).split(' '))
  systems.set(system, set)
  return set
}

export type Found = { readonly name: string; readonly row: ElementRow; readonly type: string }

const foundElements = new WeakMap<ReadonlyMap<string, ElementRow>, Map<string, Found>>()

/**
 * The element that a JSON key names, with its type: `valueQuantity` is `value[x]` as a Quantity.
 */
export function findElement(rows: ReadonlyMap<string, ElementRow>, key: string): Found | undefined {
  let known = foundElements.get(rows)
  if (known === undefined) {
    known = keysOf(rows)
    foundElements.set(rows, known)
  }
  return known.get(key)
}

/** Every key that an object of these elements can have. */
function keysOf(rows: ReadonlyMap<string, ElementRow>): Map<string, Found> {
  const keys = new Map<string, Found>()
  for (const [name, row] of rows) {
    if (!name.endsWith('[x]')) keys.set(name, { name, row, type: row.types[0] as string })
    else
      for (const type of row.types)
        keys.set(name.slice(0, -3) + suffixOf(type), { name, row, type })
  }
  return keys
}

const children = new Map<string, Map<string, string>>()

/** `path.name`, as the same string each time: paths come by the million and are keys of maps. */
export function childPath(path: string, name: string): string {
  let names = children.get(path)
  if (names === undefined) {
    names = new Map()
    children.set(path, names)
  }
  let child = names.get(name)
  if (child === undefined) {
    child = `${path}.${name}`
    names.set(name, child)
  }
  return child
}

/**
 * What a choice element's key ends with for a type: `Quantity` for a SimpleQuantity, which is a
 * profile of it.
 */
export function suffixOf(type: string): string {
  return type === 'SimpleQuantity' ? 'Quantity' : type.charAt(0).toUpperCase() + type.slice(1)
}
