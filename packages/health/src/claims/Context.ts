import { resolver } from '../Bundle.ts'
import { type Meaning, meaningOf, USES, type Use } from '../Meaning.ts'
import type { Resource } from '../Resource.ts'
import { type Code, codingsOf } from '../resource/codes.ts'
import { childrenOf, isObject, type JsonObject, memberOf } from '../resource/json.ts'
import { inWords, labelsOf } from '../Sensitivity.ts'
import { isAboutPatient } from '../subject.ts'

/** An Observation or one of its components that has a code. */
export type Holder = { readonly index: number; readonly path: string; readonly value: JsonObject }

/** A record with what every rule asks of it, each worked out once. */
export type Context = {
  readonly resources: readonly Resource[]
  readonly asOf: Date
  readonly patient: { readonly index: number; readonly value: JsonObject } | undefined
  /** Why a resource gives no claim about its person, whatever it says; undefined where it may. */
  readonly refusal: (index: number) => string | undefined
  readonly use: (index: number) => Use & { readonly because: string }
  /** Observations and components that have the code. */
  readonly holders: (code: Code) => readonly Holder[]
}

export function createContext(resources: readonly Resource[], asOf: Date): Context {
  const at = resources.findIndex(({ type }) => type === 'Patient')
  const patient = resources[at]
  const resolve = resolver(resources)
  const refusals = new Map<number, string | undefined>()
  const meanings = new Map<number, Meaning>()
  let holders: ReadonlyMap<string, readonly Holder[]> | undefined
  return {
    resources,
    asOf,
    patient:
      patient !== undefined && isObject(patient.value)
        ? { index: at, value: patient.value }
        : undefined,
    refusal(index) {
      if (!refusals.has(index)) {
        const resource = resources[index] as Resource
        refusals.set(index, refusalOf(resource, patient, resolve))
      }
      return refusals.get(index)
    },
    use(index) {
      let meaning = meanings.get(index)
      if (meaning === undefined) {
        const { type, value } = resources[index] as Resource
        meaning = meaningOf(type, isObject(value) ? value : {})
        meanings.set(index, meaning)
      }
      return { ...USES[meaning.standing], because: meaning.because.join(', ') }
    },
    holders(code) {
      holders ??= indexHolders(resources)
      return holders.get(keyOf(code)) ?? []
    },
  }
}

function refusalOf(
  resource: Resource,
  patient: Resource | undefined,
  resolve: ReturnType<typeof resolver>,
): string | undefined {
  const labels = labelsOf(resource)
  if (labels.length > 0) return `it is marked as sensitive: ${inWords(labels)}`
  if (!isAboutPatient(resource, patient, resolve)) return 'it is not about the person of the record'
  return undefined
}

/** The length parts them: a system or a code of a record may hold any sign. */
function keyOf({ system, code }: Code): string {
  return `${system.length} ${system} ${code}`
}

function indexHolders(resources: readonly Resource[]): Map<string, Holder[]> {
  const holders = new Map<string, Holder[]>()
  const add = (value: JsonObject, index: number, path: string): void => {
    for (const key of new Set(codingsOf(memberOf(value, 'code') ?? null).map(keyOf))) {
      const known = holders.get(key)
      if (known === undefined) holders.set(key, [{ index, path, value }])
      else known.push({ index, path, value })
    }
  }
  resources.forEach(({ type, value }, index) => {
    if (type !== 'Observation' || !isObject(value)) return
    add(value, index, 'Observation')
    childrenOf(value, 'component').forEach((component, i) => {
      if (isObject(component)) add(component, index, `Observation.component[${i}]`)
    })
  })
  return holders
}
