/** A node of a parsed expression, as the FHIRPath engine makes it. */
export type Node = {
  type?: string
  text?: string
  start?: { line: number; column: number }
  length?: number
  children?: Node[]
}
