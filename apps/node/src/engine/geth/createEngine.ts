import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { methodNotFound, RpcError } from '../../rpc/RpcError.ts'
import type { Engine } from '../Engine.ts'
import type { EngineBlock } from '../Header.ts'
import { ParentIsNotHeadError } from '../ParentIsNotHead.ts'
import { createBlocks } from './blocks.ts'
import { buildBlock } from './buildBlock.ts'
import { IpcError } from './IpcClient.ts'
import { encodeWitness } from './payload.ts'
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

/** go-ethereum as the engine, over its IPC socket. @throws Geth.DidNotStart */
export async function createEngine(options: {
  binary: string
  directory: string
  genesis: Genesis
}): Promise<Engine & { process: GethProcess }> {
  const process = await startGeth(options)
  const { ipc } = process
  const { block, head, insert, setHead } = createBlocks(ipc)
  return {
    name: 'geth',
    process,
    head,
    block,
    insert,
    setHead,
    async build(attributes) {
      const current = await head()
      if (current.hash !== attributes.parentHash) {
        throw new ParentIsNotHeadError(attributes.parentHash, current.hash)
      }
      const { hash, dropped } = await buildBlock(ipc, attributes)
      return { ...((await block(hash)) as EngineBlock), dropped }
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
