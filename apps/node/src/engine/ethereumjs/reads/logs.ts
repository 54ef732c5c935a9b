import type { Hex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from 'viem'
import { toAddress, toBlockId, toHash, toObject } from '../../../rpc/params.ts'
import { CODES, invalidParams, RpcError } from '../../../rpc/RpcError.ts'
import type { Chain } from '../Chain.ts'
import { decodeReceipts } from '../receipts.ts'
import { findBlock, requireBlock } from './blocks.ts'
import { type LogView, logsOf } from './views.ts'

/** Most logs of one answer. */
const LOG_COUNT = 20_000
/** Most addresses, and alternatives of a topic, in a filter. */
const ALTERNATIVES = 1000

/** Bytes of the bloom of a block's logs. */
const BLOOM_BYTES = 256

/** What logs a filter lets through. */
export type LogFilter = {
  addresses: readonly Hex[]
  /** By position; an empty list lets anything through. */
  topics: readonly (readonly Hex[])[]
}

/** The part of a filter that has nothing to do with blocks. @throws RpcError -32602 */
function toLogFilter(value: unknown): LogFilter {
  const { address, topics } = toObject(value ?? {}, 'filter')
  const addresses = address === undefined || address === null ? [] : [address].flat()
  const list = topics === undefined || topics === null ? [] : topics
  if (!Array.isArray(list) || list.length > 4) throw invalidParams('topics: expected at most four')
  const positions = list.map((topic) => (topic === null ? [] : [topic].flat()))
  if ([addresses, ...positions].some(({ length }) => length > ALTERNATIVES)) {
    throw invalidParams(`filter: at most ${ALTERNATIVES} alternatives`)
  }
  return {
    addresses: addresses.map((item) => toAddress(item, 'address')),
    topics: positions.map((alternatives) =>
      // A position with a null among its alternatives lets anything through.
      alternatives.includes(null) ? [] : alternatives.map((item) => toHash(item, 'topics')),
    ),
  }
}

/** Whether a filter lets a log through. */
function matches(filter: LogFilter, log: LogView): boolean {
  const { addresses, topics } = filter
  if (addresses.length > 0 && !addresses.includes(log.address)) return false
  if (topics.length > log.topics.length) return false
  return topics.every(
    (alternatives, i) => alternatives.length === 0 || alternatives.includes(log.topics[i] as Hex),
  )
}

/**
 * eth_getLogs.
 * @throws RpcError for unknown blocks, a range in the wrong order, or too many logs
 */
export function getLogs(chain: Chain, value: unknown): LogView[] {
  const object = toObject(value ?? {}, 'filter')
  const filter = toLogFilter(object)
  if (object['blockHash'] !== undefined) {
    if (object['fromBlock'] !== undefined || object['toBlock'] !== undefined) {
      throw invalidParams(
        'cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other',
      )
    }
    const hash = toHash(object['blockHash'], 'blockHash')
    const stored = chain.store.getBlock(hash)
    if (stored === undefined) throw new RpcError(CODES.server, 'unknown block')
    return logsIn(chain, stored.hash).filter((log) => matches(filter, log))
  }
  const from = requireBlock(chain, toBlockId(object['fromBlock'], 'fromBlock')).number
  const to = endOf(chain, object['toBlock'])
  if (from > to) throw invalidParams('invalid block range params')
  const logs: LogView[] = []
  const mayMatch = bloomTest(filter)
  for (const { hash, bloom } of chain.store.blooms(from, to)) {
    if (!mayMatch(bloom)) continue
    logs.push(...logsIn(chain, hash).filter((log) => matches(filter, log)))
    if (logs.length > LOG_COUNT) {
      throw new RpcError(CODES.limit, `more than ${LOG_COUNT} logs; ask for fewer blocks`)
    }
  }
  return logs
}

/** Every log of a block. */
function logsIn(chain: Chain, hash: Hex): LogView[] {
  const stored = chain.stored(hash)
  return logsOf(stored, chain.decode(hash), decodeReceipts(stored.receipts))
}

/** The end of a range; numbers past the head mean the head. */
function endOf(chain: Chain, value: unknown): number {
  const id = toBlockId(value, 'toBlock')
  const head = chain.head().number
  if (id.kind === 'number') return id.number > BigInt(head) ? head : Number(id.number)
  return findBlock(chain, id)?.number ?? head
}

/** Whether a block with this bloom can hold what the filter lets through. */
function bloomTest({ addresses, topics }: LogFilter): (bloom: Uint8Array) => boolean {
  // The hashes of a filter are the same for every block.
  const needed = [addresses, ...topics]
    .filter(({ length }) => length > 0)
    .map((alternatives) => alternatives.map(bloomBits))
  return (bloom) =>
    needed.every((alternatives) =>
      alternatives.some((bits) =>
        bits.every((bit) => ((bloom[BLOOM_BYTES - 1 - (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0),
      ),
    )
}

/** The three bits that an address or a topic sets; Yellow Paper, section 4.3.1. */
function bloomBits(item: Hex): number[] {
  const hash = keccak256(item, 'bytes')
  return [0, 2, 4].map(
    (at) => (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & (BLOOM_BYTES * 8 - 1),
  )
}
