import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Validation from '@ambrosia/health/Validation'
import { toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import { createDeals } from '../deals/createDeals.ts'
import { selfOf } from '../keys.ts'
import type { Oracle } from '../Oracle.ts'
import { toStoreError } from '../storeErrors.ts'
import { readTagSecret } from '../tagSecret/tagSecret.ts'
import type { ReceiveContext } from './receive.ts'

/** What a verdict of this oracle depends on. @throws Oracle.NotReady before it has the tag secret */
export function receiveContextOf(oracle: Oracle): ReceiveContext {
  const { chainId, dealBook, database, chain, keys, statusSchedule, loader, store } = oracle
  const tagSecret = readTagSecret(oracle.keystore)
  if (tagSecret === undefined) throw new NotReadyError()
  return {
    chainId,
    dealBook,
    self: selfOf(keys),
    deals: createDeals({ database, chain }),
    listsAt: statusSchedule.listsAt,
    resolver: chain.resolver,
    loader,
    tagSecret,
    validatorHash: toHex(Validation.validatorHash()),
    fetchSealed: (_store, contentAddress, sizeBytes) =>
      fetchSealed(store, keys.operator, contentAddress, sizeBytes),
    nowSec: () => BigInt(Math.floor(oracle.now() / 1000)),
    database,
    signer: keys.signer,
  }
}

async function* fetchSealed(
  store: StoreClient,
  signer: RequestSigner,
  contentAddress: string,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  try {
    yield* await store.read(signer, contentAddress, sizeBytes)
  } catch (error) {
    throw toStoreError(error)
  }
}

export class NotReadyError extends AmbrosiaError {
  constructor() {
    super('Oracle.NotReady', 'this oracle is not admitted yet, or has no tag secret yet', {
      hint: 'Try again shortly, or use another oracle of the deal.',
    })
  }
}
