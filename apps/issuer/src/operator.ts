import { timingSafeEqual } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** The operator's own copy of the token, readable by its owner alone. */
export function writeOperatorToken(folder: string, operatorToken: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'operator-token'), `${operatorToken}\n`, { mode: 0o600 })
}

/** Refuses everyone but the operator. @throws Issuer.NotOperator */
export function assertOperator(secret: string | undefined, operatorToken: string): void {
  const expected = Buffer.from(operatorToken)
  const given = Buffer.from(secret ?? '')
  const isSame = given.length === expected.length && timingSafeEqual(given, expected)
  if (!isSame) throw new NotOperatorError()
}

export class NotOperatorError extends AmbrosiaError {
  constructor() {
    super('Issuer.NotOperator', 'only the operator of this issuer may do this', {
      hint: 'Send the operator token of the issuer as a bearer token.',
    })
  }
}
