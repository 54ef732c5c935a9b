import * as Keys from '@ambrosia/credentials/Keys'
import type { Deal } from '@ambrosia/exchange/Deal'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, isAddressEqual } from 'viem'
import type { Chain } from '../Chain.ts'

/**
 * Refuses at once what would only fail after a long wait: another account than the deal's consumer,
 * a consumer without a DID, a key that the DID does not name.
 * @throws Collect.*
 */
export async function assertCollectable(options: {
  chain: Chain
  deal: Pick<Deal, 'terms' | 'criteria'>
  account: { address: Address }
  /** X25519, of the key that deliveries are opened with. */
  publicKey: Uint8Array
}): Promise<void> {
  const { chain, deal, account, publicKey } = options
  const { consumer } = deal.terms
  if (!isAddressEqual(consumer, account.address)) throw new WrongAccountError(consumer)
  const did = deal.criteria.consumer
  const { didDocument } = await chain.resolver.resolve(did)
  if (didDocument === null) throw new NoDidError(did)
  const multikey = Keys.toMultibase({ type: 'X25519', bytes: publicKey })
  const named = new Set(
    (didDocument.keyAgreement ?? []).map((one) => (typeof one === 'string' ? one : one.id)),
  )
  const isNamed = (didDocument.verificationMethod ?? []).some(
    (method) => named.has(method.id) && method.publicKeyMultibase === multikey,
  )
  if (!isNamed) throw new WrongKeyError(did)
}

export class WrongAccountError extends AmbrosiaError {
  constructor(consumer: Address) {
    super('Collect.WrongAccount', `the records are those of ${consumer}, another account`, {
      details: { consumer },
      hint: 'Name the key of the account that opened the deal: --key NAME.',
    })
  }
}

export class NoDidError extends AmbrosiaError {
  constructor(did: string) {
    super('Collect.NoDid', `the consumer's DID ${did} does not exist`, {
      details: { did },
      hint: 'No oracle can release a key to it. Create it: ambrosia did create --key NAME.',
    })
  }
}

export class WrongKeyError extends AmbrosiaError {
  constructor(did: string) {
    super('Collect.WrongKey', `${did} names another delivery key than the wallet has`, {
      details: { did },
      hint: 'Use the wallet that the DID was created with.',
    })
  }
}
