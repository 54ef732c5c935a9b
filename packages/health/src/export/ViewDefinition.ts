/**
 * A view of SQL on FHIR (https://sql-on-fhir.org, version 2): which columns of which resources make
 * a table. Read are select, column, forEach, forEachOrNull, where, constant and unionAll.
 */
export type ViewDefinition = {
  readonly resourceType?: string
  readonly name?: string
  /** Resource type whose resources give rows. */
  readonly resource: string
  readonly constant?: readonly Constant[]
  readonly where?: readonly { readonly path: string }[]
  readonly select: readonly Select[]
}

/** `value[x]` of a name; texts, numbers and booleans. */
export type Constant = { readonly name: string; readonly [value: string]: unknown }

export type Select = {
  readonly column?: readonly Column[]
  readonly select?: readonly Select[]
  readonly forEach?: string
  readonly forEachOrNull?: string
  readonly unionAll?: readonly Select[]
}

export type Column = {
  readonly name: string
  readonly path: string
  /** FHIR type of the values, such as `decimal`. */
  readonly type?: string
  /** A list of values in one cell. */
  readonly collection?: boolean
}
