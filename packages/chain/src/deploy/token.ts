import { type Address, encodeDeployData } from 'viem'
import { medTokenAbi } from '../abi/token/index.generated.ts'
import { bytecodeOf, type Context, create } from './Step.ts'

/** Whole supply of MED unless another is given: 1,000,000,000 with 18 decimals. */
export const defaultSupply = 1_000_000_000n * 10n ** 18n

/** MED, its whole supply minted to one holder. */
export function planToken(context: Context, options: { tokenHolder: Address; supply: bigint }) {
  const { address, step } = create(
    context,
    'token',
    'medToken',
    encodeDeployData({
      abi: medTokenAbi,
      bytecode: bytecodeOf(context, 'medToken'),
      args: [options.tokenHolder, options.supply],
    }),
  )
  return { contracts: { medToken: address }, steps: [step] }
}
