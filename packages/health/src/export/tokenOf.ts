import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { isObject } from '../Resource.ts'

/** A node of the FHIRPath engine: where it stands in its resource. */
export type EngineNode = {
  data?: unknown
  propName?: string | undefined
  index?: number | null | undefined
  parentResNode?: EngineNode | null
}

/**
 * The number token that an engine node was read from, so that its digits are exported as they were
 * written.
 */
export function tokenOf(
  node: EngineNode,
  resource: CanonicalJson.Value,
): CanonicalJson.NumberToken | undefined {
  const steps: { name: string; index: number | undefined }[] = []
  for (let at: EngineNode | null | undefined = node; at?.propName; at = at.parentResNode) {
    steps.unshift({ name: at.propName, index: at.index ?? undefined })
  }
  let value: CanonicalJson.Value | undefined = resource
  for (const { name, index } of steps) {
    if (!isObject(value)) return undefined
    value = value[name] ?? choiceOf(value, name)
    if (Array.isArray(value)) value = value[index ?? 0]
  }
  return value instanceof CanonicalJson.NumberToken ? value : undefined
}

/** The engine calls `valueQuantity` by its FHIRPath name, `value`. */
function choiceOf(
  object: Record<string, CanonicalJson.Value>,
  name: string,
): CanonicalJson.Value | undefined {
  const key = Object.keys(object).find(
    (one) => one.startsWith(name) && /^[A-Z]/.test(one.slice(name.length)),
  )
  return key === undefined ? undefined : object[key]
}
