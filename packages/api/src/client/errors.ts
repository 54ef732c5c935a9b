import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** A refusal that a service gave, with the service's own stable code (RFC 9457 problem details). */
export class ServiceError extends AmbrosiaError {
  readonly status: number
  constructor(code: string, message: string, status: number, hint?: string) {
    super(code, message, { hint, details: { status } })
    this.status = status
  }
}

/** A service that does not answer. */
export class UnreachableError extends AmbrosiaError {
  constructor(service: string, origin: string, cause: unknown) {
    super('Service.Unreachable', `the ${service} at ${origin} does not answer`, {
      hint: 'Check that it runs and that the address is right; what was done so far is kept, so try again.',
      cause,
    })
  }
}

/** A service that did not answer in time. */
export class TimedOutError extends AmbrosiaError {
  constructor(service: string, origin: string, timeoutMs: number) {
    super('Service.TimedOut', `the ${service} at ${origin} timed out after ${timeoutMs / 1000} s`, {
      hint: 'Try again later; what was done so far is kept.',
    })
  }
}

/** An answer that is not what the route promises. */
export class MalformedError extends AmbrosiaError {
  constructor(service: string, origin: string, why: string) {
    super('Service.Malformed', `the ${service} at ${origin} gave a malformed answer: ${why}`, {
      hint: 'Check that the address is that of a service of this version.',
    })
  }
}

/** An answer that is larger than it may be; it was not read to its end. */
export class TooLargeError extends AmbrosiaError {
  constructor(service: string, origin: string, limitBytes: number) {
    super(
      'Service.TooLarge',
      `the ${service} at ${origin} answered more than ${limitBytes} bytes, the most that is read`,
    )
  }
}
