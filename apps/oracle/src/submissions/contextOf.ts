import type { Oracle } from '../Oracle.ts'
import type { ReceiveContext } from './receive.ts'

/** What receiving a submission needs of an oracle. */
export function receiveContextOf(oracle: Oracle): ReceiveContext {
  const { chainId, dealBook, database, enclave } = oracle
  return {
    chainId,
    dealBook,
    operator: oracle.operator.address,
    database,
    enclave,
    nowSec: () => BigInt(Math.floor(oracle.now() / 1000)),
  }
}
