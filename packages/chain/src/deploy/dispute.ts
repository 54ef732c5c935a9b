import { type Address, encodeDeployData } from 'viem'
import { claimBookAbi } from '../abi/dispute/index.generated.ts'
import type { DisputeParameters } from './disputeParameters.ts'
import { bytecodeOf, type Context, create } from './Step.ts'

/** What a context's artifacts hold for this, beside the domain `dispute`: code of the circuits. */
const verifierNames = ['genesisVerifier', 'stepVerifier', 'finalVerifier'] as const

/**
 * The book of claims about private runs, with the verifiers of its three circuits. No one governs
 * it: other rules, recipients or keys are another one at another address.
 */
export function planDispute(
  context: Context,
  options: { bondToken: Address; treasury: Address; parameters: DisputeParameters },
) {
  const domain = 'dispute'
  const verifiers = verifierNames.map((name) =>
    create(context, domain, name, bytecodeOf(context, name)),
  )
  const [genesisVerifier, stepVerifier, finalVerifier] = verifiers.map(
    ({ address }) => address,
  ) as [Address, Address, Address]
  const { recipients, sink = options.treasury, ...rules } = options.parameters
  const ordered = [...recipients].sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1))
  const chosen = {
    ...rules,
    ...{ bondToken: options.bondToken, sink, genesisVerifier, stepVerifier, finalVerifier },
  }
  const book = create(
    context,
    domain,
    'claimBook',
    encodeDeployData({
      abi: claimBookAbi,
      bytecode: bytecodeOf(context, 'claimBook'),
      args: [chosen, ordered],
    }),
  )
  return {
    contracts: { genesisVerifier, stepVerifier, finalVerifier, claimBook: book.address },
    steps: [...verifiers.map(({ step }) => step), book.step],
  }
}
