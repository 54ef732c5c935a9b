import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Attributes } from '@ambrosia/rollup/Derivation'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { methodNotFound, RpcError } from '../../rpc/RpcError.ts'
import type { Built, Engine, Verdict } from '../Engine.ts'
import { decodeBlock, decodeHeader, type EngineBlock, type Header } from '../Header.ts'
import { ParentIsNotHeadError } from '../ParentIsNotHead.ts'
import { IpcError } from './IpcClient.ts'
import { moveHead } from './moveHead.ts'
import { encodeWitness, quantity, toAttributes, toPayload } from './payload.ts'
import { type GethProcess, startGeth } from './startGeth.ts'

/** Methods that only read. go-ethereum's socket would answer everything else too. */
const READS: ReadonlySet<string> = new Set([
  ...['eth_blockNumber', 'eth_chainId', 'eth_syncing', 'eth_gasPrice', 'eth_maxPriorityFeePerGas'],
  ...['eth_blobBaseFee', 'eth_feeHistory', 'eth_getBlockByHash', 'eth_getBlockByNumber'],
  ...['eth_getBlockTransactionCountByHash', 'eth_getBlockTransactionCountByNumber'],
  ...['eth_getUncleCountByBlockHash', 'eth_getUncleCountByBlockNumber', 'eth_getTransactionByHash'],
  'eth_getTransactionByBlockHashAndIndex',
  'eth_getTransactionByBlockNumberAndIndex',
  ...['eth_getRawTransactionByHash', 'eth_getTransactionReceipt', 'eth_getBlockReceipts'],
  ...[
    'eth_getLogs',
    'eth_getBalance',
    'eth_getTransactionCount',
    'eth_getCode',
    'eth_getStorageAt',
  ],
  ...['eth_getProof', 'eth_call', 'eth_estimateGas', 'eth_createAccessList', 'eth_accounts'],
  ...['debug_traceTransaction', 'debug_traceBlockByNumber', 'debug_traceBlockByHash'],
  ...['debug_traceCall', 'debug_getRawHeader', 'debug_getRawBlock', 'debug_getRawTransaction'],
  'debug_getRawReceipts',
])

type Envelope = { executionPayload: { blockHash: Hex }; executionRequests?: Hex[] }
type Status = { status: string; validationError?: string | null; latestValidHash?: Hex | null }

/** Blocks inserted before the head has to move: go-ethereum keeps only this many aside. */
const ASIDE_COUNT = 32

/** go-ethereum as the engine, over its IPC socket. @throws Geth.DidNotStart */
export async function createEngine(options: {
  binary: string
  directory: string
  genesis: Genesis
}): Promise<Engine & { process: GethProcess }> {
  const process = await startGeth(options)
  const { ipc } = process
  let aside = 0

  const rawBlock = async (id: Hex | string): Promise<EngineBlock | undefined> => {
    try {
      const bytes = await ipc.call<Hex>('debug_getRawBlock', [id])
      // An unknown number is answered with nothing, an unknown hash with an error.
      return bytes === '0x' ? undefined : decodeBlock(fromHex(bytes))
    } catch (error) {
      if (error instanceof IpcError && /not found/.test(error.message)) return undefined
      throw error
    }
  }
  const head = async (): Promise<Header> =>
    decodeHeader(fromHex(await ipc.call<Hex>('debug_getRawHeader', ['latest'])))

  const newPayload = async (bytes: Uint8Array, hash: Hex): Promise<Status> => {
    const { payload, root } = toPayload(bytes, hash)
    return ipc.call<Status>('engine_newPayloadV4', [payload, [], root, []])
  }

  const insert = async (bytes: Uint8Array): Promise<Verdict> => {
    let header: Header
    let status: Status
    try {
      header = decodeBlock(bytes).header
      if ((await rawBlock(header.hash)) !== undefined) return { status: 'valid', header }
      if ((await rawBlock(header.parentHash)) === undefined) {
        return { status: 'orphan', parentHash: header.parentHash }
      }
      status = await newPayload(bytes, header.hash)
    } catch (error) {
      // The API refuses what it can't decode with an error of its own.
      if (error instanceof IpcError && error.code !== -32603) {
        return { status: 'invalid', reason: error.message }
      }
      if (error instanceof Error && error.name === 'Header.Malformed') {
        return { status: 'invalid', reason: error.message }
      }
      throw error
    }
    if (status.status === 'VALID') {
      aside++
      if (aside >= ASIDE_COUNT && (await isAhead(header))) {
        await moveHead(ipc, header.hash)
        aside = 0
      }
      return { status: 'valid', header }
    }
    return { status: 'invalid', reason: status.validationError ?? status.status }
  }
  const isAhead = async (header: Header) => header.number > (await head()).number

  const buildWith = (attributes: Attributes, transactions: readonly Uint8Array[]) =>
    ipc.call<Envelope>('testing_buildBlockV1', [
      attributes.parentHash,
      toAttributes(attributes),
      transactions.map(toHex),
      attributes.extraData,
    ])

  return {
    name: 'geth',
    process,
    head,
    block: (id) => rawBlock(typeof id === 'number' ? quantity(id) : id),
    async build(attributes) {
      const current = await head()
      if (current.hash !== attributes.parentHash) {
        throw new ParentIsNotHeadError(attributes.parentHash, current.hash)
      }
      const { envelope, dropped } = await buildStanding(attributes, buildWith)
      const { executionPayload, executionRequests } = envelope
      const status = await ipc.call<Status>('engine_newPayloadV4', [
        executionPayload,
        [],
        attributes.anchor,
        executionRequests ?? [],
      ])
      if (status.status !== 'VALID') throw new Error(`an own block is ${status.status}`)
      const block = (await rawBlock(executionPayload.blockHash)) as EngineBlock
      return { ...block, dropped }
    },
    insert,
    async setHead(hash, finality = {}) {
      await moveHead(ipc, hash, finality)
      aside = 0
    },
    async witness(hash) {
      const witness = await ipc.call<{
        headers: { hash: Hex }[]
        codes: Hex[]
        state: Hex[]
      }>('debug_executionWitness', [hash])
      const headers = await Promise.all(
        witness.headers.map((header) => ipc.call<Hex>('debug_getRawHeader', [header.hash])),
      )
      return encodeWitness(headers, witness.codes, witness.state)
    },
    async proof(hash, address, slots) {
      const proof = await ipc.call<{ accountProof: Hex[]; storageProof: { proof: Hex[] }[] }>(
        'eth_getProof',
        [address, slots, { blockHash: hash }],
      )
      const nodes = [...proof.accountProof, ...proof.storageProof.flatMap(({ proof }) => proof)]
      return [...new Set(nodes)].map(fromHex)
    },
    async request(method, params) {
      if (!READS.has(method)) throw methodNotFound(method)
      try {
        return await ipc.call(method, params)
      } catch (error) {
        if (error instanceof IpcError) throw new RpcError(error.code, error.message, error.data)
        throw error
      }
    },
    async close() {
      ipc.close()
      await process.stop()
    },
  }
}

/**
 * Builds with as many of the candidates as stand. go-ethereum refuses a whole list for one of them
 * and does not say which, so the first one is found by halving: a beginning of the list builds
 * exactly if all of it stands.
 */
async function buildStanding(
  attributes: Attributes,
  build: (attributes: Attributes, transactions: readonly Uint8Array[]) => Promise<Envelope>,
) {
  let standing = attributes.candidates.map((raw, index) => ({ raw, index }))
  const dropped: Built['dropped'][number][] = []
  const tryFirst = async (count: number): Promise<Envelope | Error> => {
    try {
      return await build(
        attributes,
        standing.slice(0, count).map(({ raw }) => raw),
      )
    } catch (error) {
      if (error instanceof IpcError) return error
      throw error
    }
  }
  for (let known = 0; ; ) {
    const whole = await tryFirst(standing.length)
    if (!(whole instanceof Error)) return { envelope: whole, dropped }
    let failing = standing.length
    let reason = whole.message
    while (failing - known > 1) {
      const middle = Math.floor((known + failing) / 2)
      const result = await tryFirst(middle)
      if (result instanceof Error) {
        failing = middle
        reason = result.message
      } else known = middle
    }
    const bad = standing[failing - 1]
    // Without any candidate it is the attributes that are at fault.
    if (bad === undefined) throw whole
    dropped.push({ index: bad.index, reason })
    standing = standing.filter(({ index }) => index !== bad.index)
  }
}
