import {
  type Address,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  keccak256,
  stringToHex,
} from 'viem'
import { readContract } from 'viem/actions'
import { bridgeAbi, networkFactoryAbi } from '../abi/rollup/index.generated.ts'
import { reach } from '../errors.ts'
import { bytecodeOf, type Context, configure, create } from './Step.ts'

/** The kind of network that is a chain of contracts. */
export const CONTRACTS_KIND: Hex = keccak256(stringToHex('contracts'))

/**
 * Where networks of providers come from: the factory and one kind. Not part of what the exchange
 * needs.
 */
export function planRollup(context: Context, { accessManager }: { accessManager: Address }) {
  const domain = 'rollup'
  const plain = (name: string) => create(context, domain, name, bytecodeOf(context, name))
  const committee = plain('committee')
  const inbox = plain('inbox')
  const batches = plain('batches')
  const assertions = plain('assertions')
  const outbox = plain('outbox')
  const bridgedToken = plain('bridgedToken')
  const bridge = create(
    context,
    domain,
    'bridge',
    encodeDeployData({
      abi: bridgeAbi,
      bytecode: bytecodeOf(context, 'bridge'),
      args: [bridgedToken.address],
    }),
  )
  const factory = create(
    context,
    domain,
    'networkFactory',
    encodeDeployData({
      abi: networkFactoryAbi,
      bytecode: bytecodeOf(context, 'networkFactory'),
      args: [accessManager],
    }),
  )
  const implementations = {
    committee: committee.address,
    inbox: inbox.address,
    batches: batches.address,
    assertions: assertions.address,
    outbox: outbox.address,
    bridge: bridge.address,
  }
  const creations = [committee, inbox, batches, assertions, outbox, bridgedToken, bridge, factory]
  return {
    contracts: { networkFactory: factory.address },
    steps: [
      ...creations.map(({ step }) => step),
      addKind(factory.address, CONTRACTS_KIND, implementations),
    ],
  }
}

function addKind(
  factory: Address,
  kind: Hex,
  implementations: Readonly<
    Record<'committee' | 'inbox' | 'batches' | 'assertions' | 'outbox' | 'bridge', Address>
  >,
) {
  return configure(
    'rollup',
    'add the kind of contracts',
    {
      to: factory,
      data: encodeFunctionData({
        abi: networkFactoryAbi,
        functionName: 'addKind',
        args: [kind, implementations],
      }),
    },
    async (client) => {
      // Where a kind is known its addresses can be told in advance; where not, the question is
      // refused.
      try {
        await reach(() =>
          readContract(client, {
            address: factory,
            abi: networkFactoryAbi,
            functionName: 'predict',
            args: [kind, factory, `0x${'00'.repeat(32)}`],
          }),
        )
        return true
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'Chain.NetworkKindUnknown') return false
        throw error
      }
    },
  )
}
