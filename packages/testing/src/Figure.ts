/** One measured figure. */
export type Figure = {
  /** Dotted name that scripts match on, `settle.one`. */
  name: string
  value: number
  /** Unit of the value: `gas`, `ms`, `MB/s`. */
  unit: string
  /** What it is measured against: a goal, another implementation, an earlier figure. */
  against: string | number | null
  /**
   * How much better than that; larger is better, 1 is equal. Null where there is nothing to compare
   * with.
   */
  ratio: number | null
}
