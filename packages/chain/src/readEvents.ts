import type {
  Abi,
  Address,
  Chain,
  Client,
  ContractEventArgs,
  ContractEventName,
  GetContractEventsReturnType,
  Transport,
} from 'viem'
import { type BaseError, HttpRequestError } from 'viem'
import { getBlockNumber, getContractEvents } from 'viem/actions'
import { isTransportFailure, reach } from './errors.ts'

/** Which events: of these contracts, one by name or all, with these indexed arguments. */
export type EventQuery<
  abi extends Abi | readonly unknown[],
  eventName extends ContractEventName<abi> | undefined = undefined,
> = {
  address: Address | readonly Address[]
  abi: abi
  eventName?: eventName | ContractEventName<abi> | undefined
  args?:
    | ContractEventArgs<
        abi,
        eventName extends ContractEventName<abi> ? eventName : ContractEventName<abi>
      >
    | undefined
}

/** Events as viem decodes them; what does not fit the ABI is left out. */
export type Events<
  abi extends Abi | readonly unknown[],
  eventName extends ContractEventName<abi> | undefined,
> = GetContractEventsReturnType<abi, eventName, true, bigint, bigint>

export type Span = {
  /** First block, usually that of the deployment. */
  fromBlock: bigint
  /** Last block; the newest unless given. */
  toBlock?: bigint | undefined
  /**
   * Blocks in one query, at most; nodes refuse more than some number, often 10,000. Default 10,000.
   */
  rangeBlocks?: bigint | undefined
}

/** Blocks in one query unless another number is given. */
export const RANGE_BLOCKS = 10_000n

/**
 * Events of a span of blocks, oldest first, by as many queries as the node wants.
 * @throws Chain.*
 */
export async function readEvents<
  const abi extends Abi | readonly unknown[],
  eventName extends ContractEventName<abi> | undefined = undefined,
>(
  client: Client<Transport, Chain | undefined>,
  query: EventQuery<abi, eventName>,
  span: Span,
): Promise<Events<abi, eventName>> {
  const toBlock = span.toBlock ?? (await reach(() => getBlockNumber(client, { cacheTime: 0 })))
  const found: Events<abi, eventName>[] = []
  let from = span.fromBlock
  let size = span.rangeBlocks ?? RANGE_BLOCKS
  while (from <= toBlock) {
    const range = await readRange(client, query, from, smaller(from + size - 1n, toBlock))
    found.push(range.logs)
    size = smaller(size, range.to - from + 1n)
    from = range.to + 1n
  }
  return found.flat()
}

/**
 * The newest event of a span that fits, or undefined; reads backwards and ends with the first find.
 * @throws Chain.*
 */
export async function findEvent<
  const abi extends Abi | readonly unknown[],
  eventName extends ContractEventName<abi> | undefined = undefined,
>(
  client: Client<Transport, Chain | undefined>,
  query: EventQuery<abi, eventName>,
  span: Span,
): Promise<Events<abi, eventName>[number] | undefined> {
  const size = span.rangeBlocks ?? RANGE_BLOCKS
  let to = span.toBlock ?? (await reach(() => getBlockNumber(client, { cacheTime: 0 })))
  while (to >= span.fromBlock) {
    const from = larger(to - size + 1n, span.fromBlock)
    const logs = await readEvents(client, query, { ...span, fromBlock: from, toBlock: to })
    if (logs.length > 0) return logs.at(-1)
    to = from - 1n
  }
  return undefined
}

/**
 * Events from a block on, as far as the node answers in one query: where it refuses a range, half
 * of it is asked for, down to one block.
 * @returns the events and the last block that they cover
 */
export async function readRange<
  const abi extends Abi | readonly unknown[],
  eventName extends ContractEventName<abi> | undefined = undefined,
>(
  client: Client<Transport, Chain | undefined>,
  query: EventQuery<abi, eventName>,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<{ logs: Events<abi, eventName>; to: bigint }> {
  const { address } = query
  try {
    const logs = await getContractEvents<Chain | undefined, abi, eventName, true, bigint, bigint>(
      client,
      {
        ...query,
        address: typeof address === 'string' ? address : [...address],
        fromBlock,
        toBlock,
        strict: true,
      },
    )
    return { logs, to: toBlock }
  } catch (error) {
    if (fromBlock === toBlock || !isRefusedRange(error)) return reach(() => Promise.reject(error))
    return await readRange(client, query, fromBlock, fromBlock + (toBlock - fromBlock) / 2n)
  }
}

/**
 * The node answered, but not with logs: too many blocks or too many results, in words that differ
 * from node to node.
 */
function isRefusedRange(error: unknown): boolean {
  if (!isTransportFailure(error)) return true
  const http = (error as Partial<BaseError>).walk?.((cause) => cause instanceof HttpRequestError)
  const { status } = (http ?? {}) as { status?: number }
  return status === 400 || status === 413
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}
