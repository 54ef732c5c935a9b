import type { Fetch } from '@ambrosia/api/client/call'
import { askTagSecret } from '@ambrosia/api/oracle/OracleClient'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import { type Address, verifyMessage } from 'viem'
import type { Enclave } from '../enclave/Enclave.ts'
import { handOverText } from './handOverText.ts'

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
  operator: RequestSigner & { address: Address }
  chainId: number
  dealBook: Address
  fetch: Fetch
  now: () => number
}): Promise<void> {
  const { chainId, dealBook, enclave, operator, fetch, now } = options
  const to = operator.address
  for (const { endpoint: url, operator: audience } of options.peers) {
    try {
      const { envelope, signature } = await askTagSecret({
        url,
        fetch,
        now,
        chainId,
        audience,
        operator,
      })
      // Whoever stands between could answer with a secret of their own, and know all tags from then
      // on: the word of the operator who was asked counts, not that of whoever is at the address.
      const message = handOverText({ chainId, dealBook, from: audience, to, envelope })
      if (!(await verifyMessage({ address: audience, message, signature }))) continue
      await enclave.openTagSecret(envelope)
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
