/**
 * An element of the record: the position of its resource, and its path, such as
 * `Observation.value`.
 */
export type Place = { readonly index: number; readonly path: string }

/** The claims of one rule, what they came from, and why other candidates did not count. */
export type Evidence = {
  /** The rule's name. */
  readonly claim: string
  readonly values: Readonly<Record<string, string | number>>
  readonly from: readonly Place[]
  readonly others: readonly (Place & { readonly why: string })[]
}
