// What is on the chain, and whether any of it follows from a guess.

import type { PublicClient } from 'viem'

/**
 * Bytes that transactions of these accounts carried, and every word of calldata and logs, in
 * hexadecimal.
 */
export type ChainWords = { calldataBytes: number; words: ReadonlySet<string> }

/** Reads the chain from a block on; creations of contracts are left out of the sum. */
export async function readWords(client: PublicClient, fromBlock: bigint): Promise<ChainWords> {
  const words = new Set<string>()
  let calldataBytes = 0
  const head = await client.getBlockNumber({ cacheTime: 0 })
  for (let blockNumber = fromBlock + 1n; blockNumber <= head; blockNumber++) {
    const { transactions } = await client.getBlock({ blockNumber, includeTransactions: true })
    for (const { hash, input } of transactions) {
      calldataBytes += (input.length - 2) / 2
      addWords(words, input.slice(10))
      const { logs } = await client.getTransactionReceipt({ hash })
      for (const { topics, data } of logs) {
        addWords(words, topics.map((topic) => topic.slice(2)).join(''))
        addWords(words, data.slice(2))
      }
    }
  }
  return { calldataBytes, words }
}

function addWords(words: Set<string>, hex: string): void {
  for (let at = 0; at < hex.length; at += 64) words.add(hex.slice(at, at + 64))
}

/** How many of these field elements stand on the chain. */
export function countFound({ words }: ChainWords, elements: readonly bigint[]): number {
  return elements.filter((element) => words.has(element.toString(16).padStart(64, '0'))).length
}
