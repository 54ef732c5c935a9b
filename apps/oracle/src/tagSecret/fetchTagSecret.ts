import type { Fetch } from '@ambrosia/api/client/call'
import { askTagSecret } from '@ambrosia/api/oracle/OracleClient'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import type { Address } from 'viem'
import type { Enclave } from '../enclave/Enclave.ts'

/** Where another oracle is, as the registry lists it. */
export type PeerAddress = { operator: Address; endpoint: string }

/**
 * Asks the other oracles in turn until one hands the tag secret over, which the enclave opens and
 * keeps.
 * @throws TagSecret.NotHandedOver
 */
export async function fetchTagSecret(options: {
  peers: readonly PeerAddress[]
  enclave: Pick<Enclave, 'openTagSecret'>
  operator: RequestSigner
  chainId: number
  fetch: Fetch
  now: () => number
}): Promise<void> {
  const { chainId, enclave, operator, fetch, now } = options
  for (const { endpoint: url, operator: audience } of options.peers) {
    try {
      await enclave.openTagSecret(
        await askTagSecret({ url, fetch, now, chainId, audience, operator }),
      )
      return
    } catch {
      // The next peer may answer; the caller tries again later when none does.
    }
  }
  throw new NotHandedOverError(options.peers.length)
}

export class NotHandedOverError extends AmbrosiaError {
  constructor(peerCount: number) {
    super('TagSecret.NotHandedOver', `none of ${peerCount} oracles handed over the tag secret`)
  }
}
