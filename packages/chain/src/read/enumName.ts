import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * The name of an enumeration's number.
 * @throws Chain.UnknownEnumMember when the contract is newer than these names
 */
export function enumName<const Names extends readonly string[]>(
  names: Names,
  index: number,
): Names[number] {
  const name = names[index]
  if (name === undefined) throw new UnknownEnumMemberError(names, index)
  return name
}

export class UnknownEnumMemberError extends AmbrosiaError {
  constructor(names: readonly string[], index: number) {
    super('Chain.UnknownEnumMember', `the chain answered ${index}, which is none of ${names}`, {
      hint: 'The network runs contracts that this version does not know.',
    })
  }
}
