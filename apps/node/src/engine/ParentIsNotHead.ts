import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** Blocks are built on the head only, since that is all that go-ethereum does. */
export class ParentIsNotHeadError extends AmbrosiaError {
  constructor(parent: Hex, head: Hex) {
    super('Engine.ParentIsNotHead', `a block on ${parent} can't be built while the head is ${head}`)
  }
}
