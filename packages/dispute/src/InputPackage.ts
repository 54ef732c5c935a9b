// What a claim is about and nobody but its recipients gets: docs/protocol/dispute.md, section 3.

import { INPUT_SIZE_LIMIT, SALT_SIZE } from '@ambrosia/machine/Layout'
import { concat, type RandomBytes } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** The input of a run, and the random bytes that hide its root and its states. */
export type InputPackage = {
  input: Uint8Array
  /** 32 bytes at the end of the input region. */
  inputSalt: Uint8Array
  /** 32 bytes in line 0 of the first state. */
  salt: Uint8Array
}

/** A package with salts of its own: the same input twice has nothing in common on a chain. */
export function create(input: Uint8Array, random: RandomBytes): InputPackage {
  return { input, inputSalt: random(SALT_SIZE), salt: random(SALT_SIZE) }
}

/** Both salts, then the input. */
export function toBytes({ input, inputSalt, salt }: InputPackage): Uint8Array {
  return concat(inputSalt, salt, input)
}

/** @throws Dispute.Package */
export function fromBytes(bytes: Uint8Array): InputPackage {
  const inputAt = 2 * SALT_SIZE
  if (bytes.length < inputAt || bytes.length > inputAt + INPUT_SIZE_LIMIT) {
    throw new PackageError(bytes.length)
  }
  return {
    inputSalt: bytes.slice(0, SALT_SIZE),
    salt: bytes.slice(SALT_SIZE, inputAt),
    input: bytes.slice(inputAt),
  }
}

export class PackageError extends AmbrosiaError {
  constructor(size: number) {
    super('Dispute.Package', `${size} bytes are not a package of an input`, {
      hint: 'A package is two salts of 32 bytes and the input.',
    })
  }
}
