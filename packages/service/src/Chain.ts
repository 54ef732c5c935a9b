import { reach } from '@ambrosia/chain/errors'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { createPublicClient, http, type PublicClient } from 'viem'

/**
 * A client that never answers from a cache.
 * @throws Chain.Mismatch when the node serves another chain, Chain.Unreachable
 */
export async function connect(options: {
  rpcUrl: string
  chainId: number
  /** Time between two looks for a receipt. Default 500. */
  pollMs?: number | undefined
}): Promise<PublicClient> {
  const transport = http(options.rpcUrl, { timeout: 10_000, retryCount: 2 })
  const pollingInterval = options.pollMs ?? 500
  const client = createPublicClient({ transport, cacheTime: 0, pollingInterval })
  const chainId = await reach(() => client.getChainId())
  if (chainId !== options.chainId) throw new MismatchError(options.chainId, chainId)
  return client
}

export class MismatchError extends AmbrosiaError {
  constructor(expected: number, actual: number) {
    super('Chain.Mismatch', `the node serves chain ${actual}, expected ${expected}`, {
      details: { expected, actual },
      hint: 'Check the RPC URL against the network file.',
    })
  }
}
