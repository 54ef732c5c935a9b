import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Block } from '@ethereumjs/block'
import { bigIntMin } from '@ethereumjs/util'
import { type BlockId, quantity } from '../../../rpc/params.ts'
import { CODES, invalidParams, RpcError } from '../../../rpc/RpcError.ts'
import type { Chain } from '../Chain.ts'
import { decodeReceipts } from '../receipts.ts'
import { requireBlock } from './blocks.ts'
import { effectiveGasPrice } from './views.ts'

/** Blocks of one fee history. */
const HISTORY_COUNT = 1024
const PERCENTILE_COUNT = 100
/** Blocks that a suggested tip looks back at, and transactions of each. */
const SAMPLE_BLOCKS = 20
/** What is suggested as a tip where nobody pays one, wei: the chain's coinbase asks for nothing. */
const LEAST_TIP = 1n

/** eth_feeHistory. @throws RpcError */
export function feeHistory(
  chain: Chain,
  count: bigint,
  newest: BlockId,
  percentiles: readonly number[],
) {
  if (percentiles.length > PERCENTILE_COUNT) throw invalidParams('too many reward percentiles')
  for (const [i, value] of percentiles.entries()) {
    if (!(value >= 0 && value <= 100) || (i > 0 && value < (percentiles[i - 1] as number))) {
      throw new RpcError(CODES.server, 'invalid reward percentile')
    }
  }
  const last = requireBlock(chain, newest).number
  const wanted = Number(count > BigInt(HISTORY_COUNT) ? BigInt(HISTORY_COUNT) : count)
  const size = Math.min(wanted, last + 1)
  const oldest = last + 1 - size
  const blocks = Array.from({ length: size }, (_, i) => blockAt(chain, oldest + i))
  const baseFees = blocks.map(({ header }) => header.baseFeePerGas ?? 0n)
  const after = blocks.at(-1)?.header.calcNextBaseFee()
  return {
    oldestBlock: quantity(size === 0 ? 0 : oldest),
    ...(percentiles.length > 0 &&
      size > 0 && { reward: blocks.map((block) => rewardsOf(chain, block, percentiles)) }),
    ...(size > 0 && {
      baseFeePerGas: [...baseFees, after ?? 0n].map(quantity),
      gasUsedRatio: blocks.map(({ header }) => Number(header.gasUsed) / Number(header.gasLimit)),
      baseFeePerBlobGas: Array.from({ length: size + 1 }, () => '0x1'),
      blobGasUsedRatio: blocks.map(() => 0),
    }),
    ...(size === 0 && { gasUsedRatio: null }),
  }
}

/** What paying transactions tip at least: the median of the least tips of the last blocks. */
export function suggestedTip(chain: Chain): bigint {
  const head = chain.head().number
  const tips: bigint[] = []
  for (let number = head; number > 0 && number > head - SAMPLE_BLOCKS; number--) {
    const block = blockAt(chain, number)
    const paid = tipsOf(block).filter((tip) => tip > 0n)
    if (paid.length > 0) tips.push(bigIntMin(...paid))
  }
  tips.sort((a, b) => (a < b ? -1 : 1))
  return tips[Math.floor(tips.length / 2)] ?? LEAST_TIP
}

function rewardsOf(chain: Chain, block: Block, percentiles: readonly number[]): Hex[] {
  if (block.transactions.length === 0) return percentiles.map(() => '0x0')
  const hash = chain.store.canonicalHash(Number(block.header.number)) as Hex
  const receipts = decodeReceipts(chain.stored(hash).receipts)
  const entries = tipsOf(block).map((tip, i) => {
    const before = receipts[i - 1]?.cumulativeGasUsed ?? 0n
    return { tip, gas: (receipts[i]?.cumulativeGasUsed ?? 0n) - before }
  })
  entries.sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
  let position = 0
  let sum = entries[0]?.gas ?? 0n
  return percentiles.map((percentile) => {
    const threshold = BigInt(Math.floor((Number(block.header.gasUsed) * percentile) / 100))
    while (sum < threshold && position < entries.length - 1) {
      position++
      sum += entries[position]?.gas ?? 0n
    }
    return quantity(entries[position]?.tip ?? 0n)
  })
}

function tipsOf(block: Block): bigint[] {
  const baseFee = block.header.baseFeePerGas ?? 0n
  return block.transactions.map((transaction) => effectiveGasPrice(transaction, baseFee) - baseFee)
}

function blockAt(chain: Chain, number: number): Block {
  return chain.decode(chain.store.canonicalHash(number) as Hex)
}
