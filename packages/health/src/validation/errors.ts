import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** A consumer's JSON Schema that no oracle would run. */
export class SchemaInvalidError extends AmbrosiaError {
  constructor(what: string) {
    super(
      'Validation.SchemaInvalid',
      `the criteria name a JSON Schema that can't be used: ${what}`,
      {
        hint: 'Use draft-06 or later, with references inside the document and simple patterns.',
      },
    )
  }
}

/** A record and a schema that take more work together than an oracle gives to one record. */
export class TooMuchWorkError extends AmbrosiaError {
  constructor() {
    super(
      'Validation.TooMuchWork',
      "the patterns of the criteria's JSON Schema take too long over this record",
      { hint: 'Use fewer patterns, on short texts.' },
    )
  }
}
