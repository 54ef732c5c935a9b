import { bytecodeOf, type Context, create } from './Step.ts'

/** The registry of DIDs, which nobody administers. */
export function planIdentity(context: Context) {
  const creationCode = bytecodeOf(context, 'didRegistry')
  const { address, step } = create(context, 'identity', 'didRegistry', creationCode)
  return { contracts: { didRegistry: address }, steps: [step] }
}
