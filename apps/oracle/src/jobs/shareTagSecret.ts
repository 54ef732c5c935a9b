import type { Oracle } from '../Oracle.ts'
import { fetchTagSecret, type PeerAddress } from '../tagSecret/fetchTagSecret.ts'

/**
 * Has the tag secret made where this oracle registered first, else gets it from another.
 * @throws TagSecret.NotHandedOver
 */
export async function shareTagSecret(oracle: Oracle): Promise<void> {
  const { enclave, chain, operator } = oracle
  if (await enclave.hasTagSecret()) return
  const operators = await chain.operators()
  if (operators[0] === operator.address) {
    await enclave.createTagSecret()
    return
  }
  const others = operators.filter((other) => other !== operator.address)
  const peers: PeerAddress[] = await Promise.all(
    others.map(async (other) => ({
      operator: other,
      endpoint: (await chain.oracle(other)).endpoint,
    })),
  )
  const { chainId, dealBook, fetch, now } = oracle
  await fetchTagSecret({ peers, enclave, operator, chainId, dealBook, fetch, now })
}
