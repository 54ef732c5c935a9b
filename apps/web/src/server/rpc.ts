import type { IncomingMessage, ServerResponse } from 'node:http'
import { fail, sendJson } from './answers.ts'
import { networkOf } from './configuration.ts'
import { readBody } from './readBody.ts'

/** Reading, and handing in transactions that are signed already. Nothing that steers the chain. */
const METHODS = new Set([
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'eth_sendRawTransaction',
  'net_version',
  'web3_clientVersion',
])

/** A transaction carries a settlement at most. */
const LIMIT_BYTES = 1024 * 1024

/** The chain's JSON-RPC, by a list of methods. */
export async function rpc(
  request: IncomingMessage,
  response: ServerResponse,
  home: string,
): Promise<void> {
  if (request.method !== 'POST') return fail(response, 405)
  const body = await readBody(request, LIMIT_BYTES)
  if (body === undefined) return fail(response, 413)
  const calls = parseCalls(body)
  if (calls === undefined) return fail(response, 400)
  if (!calls.every(({ method }) => METHODS.has(String(method)))) {
    return sendJson(
      response,
      calls.length === 1 ? refusal(calls[0]?.id) : calls.map(({ id }) => refusal(id)),
    )
  }
  const answered = await fetch(networkOf(home).rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body as BodyInit,
    signal: AbortSignal.timeout(30_000),
  })
  response.statusCode = answered.status
  response.setHeader('content-type', 'application/json')
  response.setHeader('cache-control', 'no-store')
  response.end(Buffer.from(await answered.arrayBuffer()))
}

/** What JSON-RPC says of a method that there is not; clients try another way. */
function refusal(id: unknown): object {
  return { jsonrpc: '2.0', id: id ?? null, error: { code: -32601, message: 'not available here' } }
}

function parseCalls(body: Uint8Array): { method?: unknown; id?: unknown }[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    const calls = Array.isArray(value) ? value : [value]
    return calls.every((one) => typeof one === 'object' && one !== null) ? calls : undefined
  } catch {
    return undefined
  }
}
