import { fromHex } from '@ambrosia/primitives/Bytes'
import type { Hex, PublicClient, TransactionReceipt } from 'viem'
import { bytesPlace, type Place } from './Place.ts'

const WORD_BYTES = 32
const SELECTOR_BYTES = 4

/** The input of every transaction of a chain and all that its receipts hold: addresses, logs. */
export async function* chainPlaces(client: PublicClient, fromBlock = 0n): AsyncGenerator<Place> {
  const head = await client.getBlockNumber({ cacheTime: 0 })
  for (let blockNumber = fromBlock; blockNumber <= head; blockNumber++) {
    const { transactions } = await client.getBlock({ blockNumber, includeTransactions: true })
    for (const { hash, input } of transactions) {
      const bytes = fromHex(input)
      // Arguments of a call are words behind a selector; of a creation, words at the end of code of
      // any length.
      yield bytesPlace(`transaction ${hash}`, bytes, words(bytes.length, SELECTOR_BYTES))
      yield* receiptPlaces(await client.getTransactionReceipt({ hash }))
    }
  }
}

function* receiptPlaces(receipt: TransactionReceipt): Generator<Place> {
  const { transactionHash: hash } = receipt
  const texts = [receipt.from, receipt.to, receipt.contractAddress, receipt.logsBloom]
  yield bytesPlace(`receipt of ${hash}`, join(texts.filter((text) => typeof text === 'string')))
  for (const { topics, data } of receipt.logs) {
    const bytes = join([...topics, data])
    yield bytesPlace(`log of ${hash}`, bytes, words(bytes.length, 0))
  }
}

function join(parts: readonly Hex[]): Uint8Array {
  return Buffer.concat(parts.map((part) => fromHex(part)))
}

/** The beginning, and every word from an offset on. */
function words(sizeBytes: number, from: number): number[] {
  const count = Math.max(0, Math.ceil((sizeBytes - from) / WORD_BYTES))
  const starts = Array.from({ length: count }, (_, index) => from + index * WORD_BYTES)
  return from === 0 ? starts : [0, ...starts]
}
