// Poseidon as circomlib's template and circomlibjs compute it: docs/spec/machine.md, section 4.

import { elementFrom, hashElements, toBigInt } from './internal/hasher.ts'

export { FIELD_ORDER } from './internal/poseidonConstants.ts'

/**
 * The hash of 1 to 16 field elements.
 * @throws RangeError for an input that is not below the field's order, or another count
 */
export function hash(inputs: readonly bigint[]): bigint {
  if (inputs.length < 1 || inputs.length > 16) throw new RangeError('expected 1 to 16 inputs')
  return toBigInt(hashElements(inputs.map(elementFrom)))
}
