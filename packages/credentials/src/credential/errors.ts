import { AmbrosiaError } from '@ambrosia/primitives/Errors'

export class MalformedError extends AmbrosiaError {
  constructor(path: string, what: string) {
    super('Credential.Malformed', `${path === '' ? 'the credential' : path} ${what}`, {
      details: { path },
    })
  }
}

export class ReservedTextError extends AmbrosiaError {
  constructor(path: string) {
    super('Credential.ReservedText', `${path} holds the characters _: which no text may hold`, {
      details: { path },
      hint: 'Write the text without them.',
    })
  }
}

export class UndefinedTermError extends AmbrosiaError {
  constructor() {
    super('Credential.UndefinedTerm', 'a term is not defined by the contexts of the credential', {
      hint: 'Check the spelling of the claims against their claim profile.',
    })
  }
}

export class ProofInvalidError extends AmbrosiaError {
  constructor(what = 'the proof does not verify') {
    super('Credential.ProofInvalid', what, {
      hint: 'The document was changed, or the proof was made for another occasion or by another key.',
    })
  }
}

export class ListUnsupportedError extends AmbrosiaError {
  constructor(term: string) {
    const name = term.length > 120 ? `…${term.slice(-120)}` : term
    super(
      'Credential.ListUnsupported',
      `${name} is an ordered list (@list), which bbs-2023 can't sign so that it verifies`,
      { hint: 'Make it a set, give each item its position as a claim, or use eddsa-rdfc-2022.' },
    )
  }
}

export class ExpiredError extends AmbrosiaError {
  constructor(validUntil: string) {
    super('Credential.Expired', `the credential was valid until ${validUntil}`, {
      hint: 'Ask the issuer for a new one.',
    })
  }
}

export class NotYetValidError extends AmbrosiaError {
  constructor(validFrom: string) {
    super('Credential.NotYetValid', `the credential is valid from ${validFrom}`)
  }
}

export class MandatoryHiddenError extends AmbrosiaError {
  constructor(path: string) {
    super('Credential.MandatoryHidden', `${path} must be shown and is not`, { details: { path } })
  }
}

export class IssuerUnresolvedError extends AmbrosiaError {
  constructor(cause: unknown) {
    super('Credential.IssuerUnresolved', 'the DID of the issuer does not resolve', { cause })
  }
}

export class IssuerDeactivatedError extends AmbrosiaError {
  constructor() {
    super('Credential.IssuerDeactivated', 'the DID of the issuer was deactivated')
  }
}

export class KeyNotAuthorizedError extends AmbrosiaError {
  constructor() {
    super(
      'Credential.KeyNotAuthorized',
      'the key of the proof is not one that the issuer authorises for assertions',
    )
  }
}

export class HeaderMismatchError extends AmbrosiaError {
  constructor() {
    super('Credential.HeaderMismatch', 'the presentation was made for another occasion', {
      hint: 'A presentation serves the one message whose digest it names; make a new one.',
    })
  }
}
