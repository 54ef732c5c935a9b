import { selfOf } from '../keys.ts'
import type { Oracle } from '../Oracle.ts'
import {
  createTagSecret,
  fetchTagSecret,
  type PeerAddress,
  readTagSecret,
} from '../tagSecret/tagSecret.ts'

/** Makes the tag secret where this oracle registered first, else gets it from another. @throws TagSecret.NotHandedOver */
export async function shareTagSecret(oracle: Oracle): Promise<void> {
  const { keystore, chain, keys } = oracle
  if (readTagSecret(keystore) !== undefined) return
  const operators = await chain.operators()
  if (operators[0] === keys.operator.address) {
    createTagSecret(keystore)
    return
  }
  const others = operators.filter((operator) => operator !== keys.operator.address)
  const peers: PeerAddress[] = await Promise.all(
    others.map(async (operator) => ({
      operator,
      endpoint: (await chain.oracle(operator)).endpoint,
    })),
  )
  await fetchTagSecret({
    peers,
    self: selfOf(keys),
    operator: keys.operator,
    chainId: oracle.chainId,
    dealBook: oracle.dealBook,
    keystore,
    fetch: oracle.fetch,
    now: oracle.now,
  })
}
