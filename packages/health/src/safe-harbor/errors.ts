import { AmbrosiaError } from '@ambrosia/primitives/Errors'

export class RekeyError extends AmbrosiaError {
  constructor(type: string, what: string) {
    super('SafeHarbor.Rekey', `rekey returned ${what} for a ${type}`, {
      details: { type },
      hint: 'Give a keyed function, such as the first 32 hexadecimal digits of an HMAC-SHA-256 over type and id with a secret key.',
    })
  }
}

export class AsOfError extends AmbrosiaError {
  constructor() {
    super('SafeHarbor.AsOf', 'asOf is not a valid date', {
      hint: 'Pass the day on which the record is released; ages over 89 are counted from it.',
    })
  }
}
