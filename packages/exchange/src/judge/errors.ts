import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** A record that is not what the deal asks for; the code says in what. */
export class RecordError extends AmbrosiaError {
  constructor(reason: string, message: string, hint?: string) {
    super(`Record.${reason}`, message, { hint })
  }
}

export class IssuerNotTrustedError extends RecordError {
  constructor() {
    super('IssuerNotTrusted', 'the issuer is not among those that the deal trusts')
  }
}

export class DigestMismatchError extends RecordError {
  constructor(index: number) {
    super('DigestMismatch', `resource ${index} is not the one that the issuer signed`)
  }
}

export class IncompleteError extends RecordError {
  constructor(type: string, asked?: number, delivered?: number) {
    const why =
      asked === undefined
        ? `the presentation does not show how many ${type} there are`
        : `${delivered} of ${asked} ${type} are delivered`
    super('Incomplete', `the deal asks for all: ${why}`)
  }
}

export class PredicateFailedError extends RecordError {
  readonly predicate: string
  constructor(predicate: string) {
    super('PredicateFailed', `the record does not satisfy the predicate "${predicate}"`)
    this.predicate = predicate
  }
}
