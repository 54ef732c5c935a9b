/** The parts of an {@link AmbrosiaError} besides its code and message. */
export type ErrorOptions = {
  /** What the caller can do next, one sentence. */
  hint?: string | undefined
  /**
   * Public facts that help to find the fault: ids, sizes, hashes, paths. Never values of a record,
   * keys or tokens.
   */
  details?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  cause?: unknown
}

/**
 * The base of every expected failure. `code` is stable
 * (`Consent.Expired`) and is what scripts match on; `message` says what failed and what was
 * expected; `hint` what to do next.
 */
export class AmbrosiaError extends Error {
  override name = 'AmbrosiaError'
  readonly code: string
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, string | number | boolean | undefined>>

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = code
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? {}
  }
}

/** The plain form of an error, for `--json` output and problem details (RFC 9457). */
export type PlainError = { code: string; message: string; hint: string }

/** Turns anything thrown into its plain form; a foreign error shows its message but no stack. */
export function toPlain(error: unknown): PlainError {
  if (error instanceof AmbrosiaError) {
    return { code: error.code, message: error.message, hint: error.hint ?? '' }
  }
  return {
    code: 'Internal',
    message: error instanceof Error ? error.message : 'unknown failure',
    hint: '',
  }
}

/**
 * True for an error of ours with the given code, or with any code of the given domain (`Deal.`).
 */
export function hasCode(error: unknown, code: string): error is AmbrosiaError {
  if (!(error instanceof AmbrosiaError)) return false
  return code.endsWith('.') ? error.code.startsWith(code) : error.code === code
}
