/** A failure with a code that programs can tell apart, and what to do about it. */
export class CircuitError extends Error {
  override readonly name = 'CircuitError'
  readonly code: string
  readonly hint: string

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}
