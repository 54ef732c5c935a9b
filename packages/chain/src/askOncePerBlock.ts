import type { EIP1193RequestFn, RpcBlock, Transport } from 'viem'

/** Answers that are the same as long as the newest block is. */
const OF_A_BLOCK = new Set([
  'eth_call',
  'eth_getBalance',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
])
/** Answers kept at once, and the longest list among them: who catches up reads much, once. */
const KEPT = 256
const LONGEST_LIST = 100

/**
 * A transport for a program that looks at a chain again and again: what it asks about the newest
 * state goes to the node once for each block, whichever part of the program asks. The newest block
 * is asked for when what is known of it is older than `maximumAgeMs`, and every time while a
 * transaction of our own waits for its block, so whoever waits for a receipt loses no time and
 * reads what it has changed.
 */
export function askOncePerBlock(transport: Transport, maximumAgeMs: number): Transport {
  return (options) => {
    const inner = transport(options)
    const request = createRequest(inner.request as Request, maximumAgeMs)
    return { ...inner, request: request as EIP1193RequestFn }
  }
}

type Call = { method: string; params?: readonly unknown[] }
type Request = (call: Call, options?: unknown) => Promise<unknown>
type Head = Pick<RpcBlock, 'hash' | 'number'>

function createRequest(ask: Request, maximumAgeMs: number): Request {
  const answers = new Map<string, Promise<unknown>>()
  let head: { block: Promise<Head>; askedAtMs: number } | undefined
  let newest: string | null | undefined
  let isWaiting = false

  /** The newest block; with another one, everything that was answered before is forgotten. */
  const readHead = async (): Promise<Head> => {
    const ageMs = isWaiting ? 0 : maximumAgeMs
    if (head === undefined || performance.now() - head.askedAtMs >= ageMs) {
      const asked = ask({ method: 'eth_getBlockByNumber', params: ['latest', false] })
      head = { block: asked as Promise<Head>, askedAtMs: performance.now() }
    }
    const known = head
    try {
      const block = await known.block
      if (block.hash !== newest) answers.clear()
      newest = block.hash
      return block
    } catch (error) {
      if (head === known) head = undefined
      throw error
    }
  }

  const once = async (call: Call, options: unknown): Promise<unknown> => {
    await readHead()
    const key = JSON.stringify([call.method, call.params])
    const kept = answers.get(key)
    if (kept !== undefined) return await kept
    const asked = ask(call, options)
    if (answers.size >= KEPT) answers.clear()
    answers.set(key, asked)
    const forget = () => void (answers.get(key) === asked && answers.delete(key))
    try {
      const answer = await asked
      if (Array.isArray(answer) && answer.length > LONGEST_LIST) forget()
      return answer
    } catch (error) {
      forget()
      throw error
    }
  }

  return async (call, options) => {
    const { method, params = [] } = call
    if (method === 'eth_blockNumber') return (await readHead()).number
    const [first, second] = params
    if (method === 'eth_getBlockByNumber' && first === 'latest' && second === false) {
      return await readHead()
    }
    if (OF_A_BLOCK.has(method) && !params.includes('pending')) return await once(call, options)
    const answer = await ask(call, options)
    // A transaction that is in a block has changed what the next question is about.
    const isMined = method === 'eth_getTransactionReceipt' && answer !== null
    if (method === 'eth_sendRawTransaction' || isMined) {
      isWaiting = !isMined
      head = undefined
      answers.clear()
    }
    return answer
  }
}
