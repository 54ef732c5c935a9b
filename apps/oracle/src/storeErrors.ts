import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'

/**
 * What the store did not do, in this oracle's own codes: the store's would tell a provider of
 * things that lie between the two. Errors of other origin pass.
 */
export function toStoreError(error: unknown): unknown {
  if (hasCode(error, 'Service.')) return new StoreUnreachableError(error)
  if (error instanceof AmbrosiaError && 'status' in error) return new StoreRefusedError(error)
  return error
}

export class StoreUnreachableError extends AmbrosiaError {
  constructor(cause: unknown) {
    super('Store.Unreachable', 'the store does not answer as it should', {
      cause,
      hint: 'Try again when it runs.',
    })
  }
}

export class StoreRefusedError extends AmbrosiaError {
  constructor(cause: AmbrosiaError) {
    super('Store.Refused', `the store did not give the sealed record (${cause.code})`, { cause })
  }
}
