import { type Address, encodeDeployData, encodeFunctionData } from 'viem'
import { readContract } from 'viem/actions'
import { certificateVerifierAbi, dealBookAbi } from '../abi/exchange/index.generated.ts'
import { assignFunctions } from './access.ts'
import { bytecodeOf, type Context, configure, create, createdBy, type Step } from './Step.ts'

/** The exchange: its books and its verifier, with MED allowed for deals. */
export function planExchange(
  context: Context,
  options: {
    accessManager: Address
    oracleRegistry: Address
    medToken: Address
    /** True allows deals with a quorum of one. */
    development: boolean
  },
) {
  const domain = 'exchange'
  const { accessManager, medToken } = options
  const verifier = create(
    context,
    domain,
    'certificateVerifier',
    encodeDeployData({
      abi: certificateVerifierAbi,
      bytecode: bytecodeOf(context, 'certificateVerifier'),
      args: [options.oracleRegistry],
    }),
  )
  const book = create(
    context,
    domain,
    'dealBook',
    encodeDeployData({
      abi: dealBookAbi,
      bytecode: bytecodeOf(context, 'dealBook'),
      args: [accessManager, options.development],
    }),
  )
  const dealBook = book.address
  return {
    contracts: {
      dealBook,
      // Its constructor makes these two, in this order.
      consentBook: createdBy(dealBook, 1),
      dealRules: createdBy(dealBook, 2),
      certificateVerifier: verifier.address,
    },
    steps: [
      verifier.step,
      book.step,
      // Until the function belongs to a role it is the administrator's, so this comes first and
      // needs no role of its own.
      allowToken(dealBook, medToken),
      assignFunctions({
        domain,
        accessManager,
        target: dealBook,
        abi: dealBookAbi,
        functions: ['setTokenAllowed'],
        role: 'tokenListing',
      }),
    ],
  }
}

function allowToken(dealBook: Address, token: Address): Step {
  return configure(
    'exchange',
    'allow MED for deals',
    {
      to: dealBook,
      data: encodeFunctionData({
        abi: dealBookAbi,
        functionName: 'setTokenAllowed',
        args: [token, true],
      }),
    },
    (client) =>
      readContract(client, {
        address: dealBook,
        abi: dealBookAbi,
        functionName: 'isTokenAllowed',
        args: [token],
      }),
  )
}
