import type { IncomingMessage, ServerResponse } from 'node:http'
import { TEXT_BYTES } from '@ambrosia/dispute/Mailbox'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { RLP } from '@ethereumjs/rlp'
import { confirmAssertion, denyClaim } from '../assertions/judge.ts'
import { certify } from '../batches/certify.ts'
import { decodeProposal } from '../batches/proposalCodec.ts'
import { receiveClaim } from '../disputes/receipts.ts'
import type { Node } from '../Node.ts'
import { encodeSoftBlocks } from '../order/softBlockCodec.ts'
import { RpcError } from '../rpc/RpcError.ts'
import { peerOf } from './tls.ts'

type Answer = { status: number; body?: Uint8Array | string }
type Route = (match: readonly string[], body: Uint8Array, peer: Hex) => Promise<Answer>

/** Longest request: a batch in transport form, or transactions. */
const REQUEST_BYTES = 8 * 1024 * 1024
/** How long a question for blocks waits for the next one. */
const WAIT_MS = 20_000
const BLOCKS_COUNT = 64
const TRANSACTIONS_COUNT = 10_000

/** Answers what other members ask. Who they are was judged before (`tls.ts`). */
export function createHandler(
  node: Node,
  takeTransaction: (raw: Uint8Array) => Promise<Hex>,
): (request: IncomingMessage, response: ServerResponse) => void {
  const routes: [string, RegExp, Route][] = [
    [
      'GET',
      /^\/v1\/blocks\/(\d{1,15})\/(0x[0-9a-f]{64})$/,
      ([n, hash]) => blocks(node, Number(n), hash as Hex),
    ],
    ['GET', /^\/v1\/bodies\/(0x[0-9a-f]{64})$/, ([commitment]) => bodyOf(node, commitment as Hex)],
    ['POST', /^\/v1\/transactions$/, (_, body) => transactions(body, takeTransaction)],
    ['POST', /^\/v1\/certify$/, (_, body) => certifyBatch(node, body)],
    ['POST', /^\/v1\/confirm$/, (_, body) => answerSigned(confirmAssertion(node, body))],
    ['POST', /^\/v1\/deny$/, (_, body) => answerSigned(denyClaim(node, body))],
    ['POST', /^\/v1\/receipt$/, (_, body) => answerSigned(receiveClaim(node, body))],
    ['GET', /^\/v1\/packages\/(0x[0-9a-f]{64})$/, ([root]) => packageOf(node, root as Hex)],
    [
      'POST',
      /^\/v1\/games\/(0x[0-9a-f]{64})$/,
      ([game], body, peer) => messageOf(node, { game: game as Hex, peer, body }),
    ],
  ]
  return (request, response) => {
    void answer(routes, request, node).then(({ status, body = '' }) => {
      response.writeHead(status, { 'content-type': 'application/octet-stream' })
      response.end(body)
    })
  }
}

async function answer(
  routes: readonly [string, RegExp, Route][],
  request: IncomingMessage,
  node: Node,
): Promise<Answer> {
  try {
    const peer = peerOf(request.socket)
    if (peer === undefined) return { status: 403 }
    const body = await read(request)
    if (body === undefined) return { status: 413 }
    for (const [method, pattern, route] of routes) {
      const match = method === request.method && pattern.exec(request.url ?? '')
      if (match) return await route(match.slice(1), body, peer)
    }
    return { status: 404 }
  } catch (error) {
    node.log.error({ err: error }, 'a request of a peer failed')
    return { status: 500 }
  }
}

async function read(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > REQUEST_BYTES) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** Blocks on top of one, as soon as there are some; 409 where the chain does not have that one. */
async function blocks(node: Node, number: number, hash: Hex): Promise<Answer> {
  const block = await node.chain.engine.block(number)
  if (block?.header.hash !== hash) return { status: 409 }
  const read = () => node.softBlocks.from(number + 1, BLOCKS_COUNT)
  let found = await read()
  if (found.length === 0) {
    await node.moved.wait(WAIT_MS)
    found = await read()
  }
  // What was settled meanwhile is derived from L1, by everybody.
  if (found[0]?.number !== number + 1) return { status: 204 }
  return { status: 200, body: encodeSoftBlocks(found) }
}

async function bodyOf(node: Node, commitment: Hex): Promise<Answer> {
  const body = await node.bodies.packed(commitment)
  return body === undefined ? { status: 404 } : { status: 200, body }
}

/** Takes transactions in; answers for each its hash, or why not. */
async function transactions(
  body: Uint8Array,
  take: (raw: Uint8Array) => Promise<Hex>,
): Promise<Answer> {
  let list: unknown
  try {
    list = RLP.decode(body)
  } catch {
    return { status: 422 }
  }
  const isList = Array.isArray(list) && list.every((one) => one instanceof Uint8Array)
  if (!isList || (list as unknown[]).length > TRANSACTIONS_COUNT) return { status: 422 }
  const answers = await Promise.all(
    (list as Uint8Array[]).map(async (raw) => {
      try {
        return { hash: await take(raw) }
      } catch (error) {
        if (error instanceof RpcError) return { code: error.code, message: error.message }
        throw error
      }
    }),
  )
  return { status: 200, body: JSON.stringify(answers) }
}

async function packageOf({ disputes }: Node, inputRoot: Hex): Promise<Answer> {
  const body = await disputes?.packages.bytes(inputRoot)
  return body === undefined ? { status: 404 } : { status: 200, body }
}

async function messageOf(
  { disputes }: Node,
  { game, peer, body }: { game: Hex; peer: Hex; body: Uint8Array },
): Promise<Answer> {
  if (disputes === undefined || body.length > TEXT_BYTES) return { status: 422 }
  const isTaken = disputes.mailbox.put(game, peer, new TextDecoder().decode(body))
  return { status: isTaken ? 204 : 429 }
}

async function certifyBatch(node: Node, body: Uint8Array): Promise<Answer> {
  const proposal = decodeProposal(body)
  if (proposal === undefined) return { status: 422, body: 'it is not a proposal' }
  return answerSigned(certify(node, proposal))
}

async function answerSigned(
  judged: Promise<{ signature: Hex } | { refusal: string; later: boolean }>,
): Promise<Answer> {
  const verdict = await judged
  if ('signature' in verdict) return { status: 200, body: fromHex(verdict.signature) }
  return { status: verdict.later ? 409 : 422, body: verdict.refusal }
}
