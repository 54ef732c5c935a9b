/** What a check found wrong. It names a path and a rule, never a value of the record. */
export type Finding = {
  /** Position in the list of resources. */
  resourceIndex: number
  /** Where, such as `Observation.valueQuantity.value`. */
  path: string
  /** Stable name of the rule, such as `schema.type` or `binding.required`. */
  rule: string
  /** What the rule asks for. */
  message: string
}
