import { AmbrosiaError } from '@ambrosia/primitives/Errors'

export class InputError extends AmbrosiaError {
  constructor(what: string) {
    super('Machine.Input', `the input ${what}`)
  }
}

export class StepError extends AmbrosiaError {
  constructor(step: bigint) {
    super('Machine.Step', `step ${step} does not ascend from the one before, or from 0`)
  }
}

export class AddressError extends AmbrosiaError {
  constructor() {
    super('Machine.Address', 'the range does not lie within the 2^34 bytes of memory')
  }
}

export class OutputLengthError extends AmbrosiaError {
  constructor(size: bigint) {
    super('Machine.OutputLength', `the program says that it put out ${size} bytes`, {
      hint: 'Write the length of the output as 8 little-endian bytes at 0x100000020, the bytes behind it.',
    })
  }
}
