import { askOncePerBlock } from '@ambrosia/chain/askOncePerBlock'
import { reach } from '@ambrosia/chain/errors'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { createPublicClient, http, type PublicClient } from 'viem'

/**
 * A client that never answers from a cache, unless it may ask once for each block.
 * @throws Chain.Mismatch when the node serves another chain, Chain.Unreachable
 */
export async function connect(options: {
  rpcUrl: string
  chainId: number
  /** Time between two looks for a receipt. Default 500. */
  pollMs?: number | undefined
  /** Asks the node once for each block, and for a newer block when the last is so old. */
  oncePerBlock?: { maximumAgeMs: number } | undefined
}): Promise<PublicClient> {
  const { oncePerBlock } = options
  const direct = http(options.rpcUrl, { timeout: 10_000, retryCount: 2 })
  const transport =
    oncePerBlock === undefined ? direct : askOncePerBlock(direct, oncePerBlock.maximumAgeMs)
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
