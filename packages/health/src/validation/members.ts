import r4 from 'fhirpath/fhir-context/r4'

/** What the R4 definitions say of a member of a type. */
export type Member = {
  /** Its data type; empty where the definitions have none. */
  type: string
  /** Where it is defined, `[x]` behind the name of a choice. */
  path: string
  /** The name of the choice that it is one type of. */
  choice?: string
  isRepeating: boolean
  /** A string, number or boolean in JSON. */
  isPrimitive: boolean
}

const path2Type = r4.path2Type as Record<string, string>
const choices = r4.choiceTypePaths as Record<string, string[]>
const elsewhere = r4.pathsDefinedElsewhere as Record<string, string>
const parents = r4.type2Parent as Record<string, string>
const repeating = r4.path2Repeating as Record<string, true | undefined>

const members = new Map<string, Map<string, Member>>()

/**
 * The member of a type, or of an element by its path. The JSON Schema let no unknown one pass, so
 * the memory stays small.
 */
export function memberIn(parent: string, key: string): Member {
  let known = members.get(parent)
  if (!known) {
    known = new Map()
    members.set(parent, known)
  }
  let member = known.get(key)
  if (!member) {
    member = find(parent, key)
    known.set(key, member)
  }
  return member
}

/** The types that the choice of an element allows. */
export function choiceTypes(parent: string, base: string): readonly string[] {
  return choices[`${parent}.${base}`] ?? []
}

/** The name of a choice element with its type: `value` and `Quantity` make `valueQuantity`. */
export function choiceKey(base: string, type: string): string {
  return base + type.charAt(0).toUpperCase() + type.slice(1)
}

function find(parent: string, key: string): Member {
  for (const of of ancestors(parent)) {
    const path = `${of}.${key}`
    const other = elsewhere[path]
    // Consent.provision.provision repeats, Consent.provision does not: the place that is pointed at
    // does not tell.
    if (other !== undefined) return { ...toMember('BackboneElement', other), isRepeating: true }
    const choice = findChoice(of, key)
    if (choice) return choice
    const type = path2Type[path]
    if (type !== undefined) return toMember(type, path)
  }
  return toMember('', `${parent}.${key}`)
}

function* ancestors(parent: string): Generator<string> {
  for (let of: string | undefined = parent; of; of = parents[of]) yield of
  // An element defined in place has no entry of its own, and the members of these.
  if (parent.includes('.')) yield* ['BackboneElement', 'Element']
}

function findChoice(parent: string, key: string): Member | undefined {
  for (let size = key.length - 1; size > 0; size--) {
    const base = key.slice(0, size)
    const type = choiceTypes(parent, base).find((one) => choiceKey(base, one) === key)
    if (type !== undefined) {
      const name = type in parents ? type : type.charAt(0).toLowerCase() + type.slice(1)
      return { ...toMember(name, `${parent}.${base}[x]`), choice: base }
    }
  }
  return undefined
}

function toMember(type: string, path: string): Member {
  const isPrimitive = type === 'System.String' || /^[a-z]/.test(type)
  return { type, path, isRepeating: repeating[path] === true, isPrimitive }
}
