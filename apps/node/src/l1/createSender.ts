import { type RawCall, sendRaw } from '@ambrosia/chain/send'
import type { LocalAccount, PublicClient, TransactionReceipt } from 'viem'

/** Sends transactions of the node's account on L1, one after another. */
export type Sender = (call: RawCall) => Promise<TransactionReceipt>

export function createSender(client: PublicClient, account: LocalAccount): Sender {
  let last: Promise<unknown> = Promise.resolve()
  return (call) => {
    const run = () => sendRaw(client, account, call)
    const next = last.then(run, run)
    last = next.catch(() => undefined)
    return next
  }
}
