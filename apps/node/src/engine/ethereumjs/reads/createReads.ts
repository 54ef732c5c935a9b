import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { bigIntMin } from '@ethereumjs/util'
import { encodeReceipt, type RunTxResult } from '@ethereumjs/vm'
import * as CallRequest from '../../../rpc/CallRequest.ts'
import * as Params from '../../../rpc/params.ts'
import { quantity } from '../../../rpc/params.ts'
import { CODES, invalidParams, methodNotFound, RpcError } from '../../../rpc/RpcError.ts'
import type { Chain } from '../Chain.ts'
import { decodeReceipts } from '../receipts.ts'
import { createProof } from '../witness.ts'
import { findBlock, requireBlock } from './blocks.ts'
import { createCallRunner, failureOf, TRANSACTION_GAS } from './calls.ts'
import { estimateGas } from './estimate.ts'
import { feeHistory, suggestedTip } from './fees.ts'
import { getLogs } from './logs.ts'
import { createStates, toWord } from './states.ts'
import { toTraceConfig, traceBlock, traceOne } from './trace/trace.ts'
import { blockView, receiptViews, transactionView } from './views.ts'

type Parameters_ = readonly unknown[]
/** Executions after which an access list is taken as it is. */
const ACCESS_LIST_ROUNDS = 5
const NOTHING = new Uint8Array()

type Method = (params: Parameters_) => unknown | Promise<unknown>

/** Answers the reads of JSON-RPC from stored blocks and states. */
export async function createReads(chain: Chain) {
  const methods: Readonly<Record<string, Method>> = {
    ...blockMethods(chain),
    ...stateMethods(chain),
    ...(await callMethods(chain)),
    ...feeMethods(chain),
  }
  return async (method: string, params: Parameters_): Promise<unknown> => {
    const found = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (found === undefined) throw methodNotFound(method)
    return found(params)
  }
}

function blockMethods(chain: Chain): Record<string, Method> {
  const blockOr = (id: Params.BlockId) => findBlock(chain, id)
  const byHash = (value: unknown): Params.BlockId => ({
    kind: 'hash',
    hash: Params.toHash(value, 'hash'),
    requireCanonical: false,
  })
  const byNumber = (value: unknown) => Params.toBlockId(value)
  const view = (id: Params.BlockId, full: unknown) => {
    const stored = blockOr(id)
    if (stored === undefined) return null
    return blockView(stored, chain.decode(stored.hash), Params.toBoolean(full, 'full'))
  }
  const transactionAt = (id: Params.BlockId, index: unknown) => {
    const stored = blockOr(id)
    const position = Number(Params.toQuantity(index, 'index'))
    const block = stored && chain.decode(stored.hash)
    const transaction = block?.transactions[position]
    if (stored === undefined || block === undefined || transaction === undefined) return null
    return transactionView(transaction, stored, block, position)
  }
  const found = (value: unknown) => {
    const place = chain.store.findTransaction(Params.toHash(value, 'hash'))
    if (place === undefined) return undefined
    const stored = chain.stored(place.blockHash)
    return { stored, block: chain.decode(stored.hash), position: place.position }
  }
  const count = (id: Params.BlockId) => {
    const stored = blockOr(id)
    return stored === undefined ? null : quantity(chain.decode(stored.hash).transactions.length)
  }
  const noUncles = (id: Params.BlockId) => (blockOr(id) === undefined ? null : '0x0')
  return {
    eth_blockNumber: () => quantity(chain.head().number),
    eth_getBlockByHash: ([hash, full]) => view(byHash(hash), full),
    eth_getBlockByNumber: ([id, full]) => view(byNumber(id), full),
    eth_getBlockTransactionCountByHash: ([hash]) => count(byHash(hash)),
    eth_getBlockTransactionCountByNumber: ([id]) => count(byNumber(id)),
    eth_getUncleCountByBlockHash: ([hash]) => noUncles(byHash(hash)),
    eth_getUncleCountByBlockNumber: ([id]) => noUncles(byNumber(id)),
    eth_getTransactionByBlockHashAndIndex: ([hash, index]) => transactionAt(byHash(hash), index),
    eth_getTransactionByBlockNumberAndIndex: ([id, index]) => transactionAt(byNumber(id), index),
    eth_getTransactionByHash([hash]) {
      const place = found(hash)
      if (place === undefined) return null
      const { stored, block, position } = place
      const transaction = block.transactions[position]
      return transaction === undefined
        ? null
        : transactionView(transaction, stored, block, position)
    },
    eth_getRawTransactionByHash([hash]) {
      const place = found(hash)
      const transaction = place?.block.transactions[place.position]
      return transaction === undefined ? null : toHex(transaction.serialize())
    },
    eth_getTransactionReceipt([hash]) {
      const place = found(hash)
      if (place === undefined) return null
      const { stored, block, position } = place
      return receiptViews(stored, block, decodeReceipts(stored.receipts))[position] ?? null
    },
    eth_getBlockReceipts([id]) {
      const stored = blockOr(Params.toBlockId(id))
      if (stored === undefined) return null
      return receiptViews(stored, chain.decode(stored.hash), decodeReceipts(stored.receipts))
    },
    eth_getLogs: ([filter]) => getLogs(chain, filter),
    debug_getRawHeader: ([id]) => toHex(blockOr(Params.toBlockId(id))?.header ?? NOTHING),
    debug_getRawBlock: ([id]) => toHex(blockOr(Params.toBlockId(id))?.block ?? NOTHING),
    debug_getRawTransaction([hash]) {
      const place = found(hash)
      const transaction = place?.block.transactions[place.position]
      return transaction === undefined ? '0x' : toHex(transaction.serialize())
    },
    debug_getRawReceipts: ([id]) => rawReceipts(chain, id),
  }
}

function rawReceipts(chain: Chain, id: unknown): Hex[] | null {
  const stored = findBlock(chain, Params.toBlockId(id))
  if (stored === undefined) return null
  const block = chain.decode(stored.hash)
  const receipts = decodeReceipts(stored.receipts)
  return receiptViews(stored, block, receipts).map((view, i) => {
    const type = block.transactions[i]?.type ?? 0
    const receipt = {
      status: view.status === '0x1' ? 1 : 0,
      cumulativeBlockGasUsed: BigInt(view.cumulativeGasUsed),
      bitvector: Buffer.from(view.logsBloom.slice(2), 'hex'),
      logs: view.logs.map(({ address, topics, data }) => [
        Buffer.from(address.slice(2), 'hex'),
        topics.map((topic) => Buffer.from(topic.slice(2), 'hex')),
        Buffer.from(data.slice(2), 'hex'),
      ]),
    }
    return toHex(encodeReceipt(receipt as never, type))
  })
}

function stateMethods(chain: Chain): Record<string, Method> {
  const states = createStates(chain)
  const at = (id: unknown) => states.at(requireBlock(chain, Params.toBlockId(id)))
  const address = (value: unknown) => Params.toAddress(value, 'address')
  return {
    async eth_getBalance([account, id]) {
      const target = address(account)
      return quantity((await (await at(id)).getAccount(target))?.balance ?? 0n)
    },
    async eth_getTransactionCount([account, id]) {
      const target = address(account)
      return quantity((await (await at(id)).getAccount(target))?.nonce ?? 0n)
    },
    async eth_getCode([account, id]) {
      const target = address(account)
      return toHex(await (await at(id)).getCode(target))
    },
    async eth_getStorageAt([account, slot, id]) {
      const [target, key] = [address(account), Params.toSlot(slot, 'slot')]
      return toWord(await (await at(id)).getStorage(target, key))
    },
    async eth_getProof([account, keys, id]) {
      const target = address(account)
      if (!Array.isArray(keys) || keys.length > 1024)
        throw invalidParams('keys: expected at most 1024')
      const slots = keys.map((key) => Params.toSlot(key, 'key'))
      const stored = requireBlock(chain, Params.toBlockId(id))
      const state = await states.at(stored)
      const { accountProof, storageProofs } = await createProof(chain, stored.hash, target, slots)
      const found = await state.getAccount(target)
      return {
        address: target,
        accountProof: accountProof.map(toHex),
        balance: quantity(found?.balance ?? 0n),
        codeHash: toHex(found?.codeHash ?? new Uint8Array(32)),
        nonce: quantity(found?.nonce ?? 0n),
        storageHash: toHex(found?.storageRoot ?? new Uint8Array(32)),
        storageProof: await Promise.all(
          slots.map(async (slot, i) => ({
            key: keys[i] as Hex,
            value: quantity(BigInt(toWord(await state.getStorage(target, slot)))),
            proof: (storageProofs[i] ?? []).map(toHex),
          })),
        ),
      }
    },
  }
}

async function callMethods(chain: Chain): Promise<Record<string, Method>> {
  const runner = await createCallRunner(chain)
  const states = createStates(chain)
  const read = ([call, id, state, block]: Parameters_) => ({
    call: CallRequest.fromParams(call),
    on: requireBlock(chain, Params.toBlockId(id)),
    state: CallRequest.toStateOverrides(state),
    block: CallRequest.toBlockOverrides(block),
  })
  const { gasLimit } = chain.decode(chain.head().hash).header
  const most = bigIntMin(gasLimit, TRANSACTION_GAS)
  const gasOf = ({ gas }: CallRequest.CallRequest) =>
    gas === undefined || gas === 0n || gas > most ? most : gas
  const assertFunds = async ({ call, on, state }: ReturnType<typeof read>) => {
    if (call.value === 0n) return
    const account = await (await states.at(on)).getAccount(call.from)
    const balance = state.get(call.from)?.balance ?? account?.balance ?? 0n
    if (balance >= call.value) return
    const why = `insufficient funds for gas * price + value: address ${call.from} have ${balance} want ${call.value}`
    throw new RpcError(CODES.server, `err: ${why} (supplied gas ${gasOf(call)})`)
  }
  return {
    async eth_call(params) {
      const request = read(params)
      await assertFunds(request)
      const result = await runner.run({ ...request, gas: gasOf(request.call) })
      const failure = failureOf(result)
      if (failure !== undefined) throw failure
      return toHex(result.execResult.returnValue)
    },
    async eth_estimateGas(params) {
      const { call, on, state } = read(params)
      return quantity(await estimateGas({ chain, runner, states, call, on, state }))
    },
    async eth_createAccessList(params) {
      const request = read(params)
      const gas = gasOf(request.call)
      let { accessList } = request.call
      // A list makes other accesses cheaper, which can change where execution goes: it is done when
      // it lists what it needs.
      for (let round = 0; ; round++) {
        const call = { ...request.call, accessList }
        const result = await runner.run({ ...request, call, gas, reportAccessList: true })
        const next = usefulEntries(result)
        if (round < ACCESS_LIST_ROUNDS && JSON.stringify(next) !== JSON.stringify(accessList)) {
          accessList = next
          continue
        }
        const failure = failureOf(result)
        return {
          accessList: next,
          ...(failure !== undefined && { error: failure.message }),
          gasUsed: quantity(result.totalGasSpent),
        }
      }
    },
    async debug_traceTransaction([hash, options]) {
      const place = chain.store.findTransaction(Params.toHash(hash, 'hash'))
      if (place === undefined) throw new RpcError(CODES.server, 'transaction not found')
      const config = toTraceConfig(options)
      const stored = chain.stored(place.blockHash)
      const traces = await traceBlock({ chain, runner, stored, config, only: place.position })
      return traces[0]?.result
    },
    debug_traceBlockByNumber: ([id, options]) => traceAll(Params.toBlockId(id), options),
    debug_traceBlockByHash: ([id, options]) => traceAll(Params.toBlockId(id), options),
    async debug_traceCall([call, id, options]) {
      const { state, block } = read([call, id, ...overridesOf(options)])
      const config = toTraceConfig(options)
      const request = read([call, id])
      const ready = { ...request, state, block, gas: gasOf(request.call) }
      return runner.ready(ready, (vm, draft, transaction) =>
        traceOne(vm, draft, transaction, config, { skipBalance: true, skipNonce: true }),
      )
    },
  }

  function traceAll(id: Params.BlockId, options: unknown) {
    const stored = requireBlock(chain, id)
    return traceBlock({ chain, runner, stored, config: toTraceConfig(options) })
  }
}

/**
 * What an access list should hold: what was there before the call, in the order of addresses and
 * slots.
 */
function usefulEntries({ accessList = [], execResult }: RunTxResult) {
  const created = execResult.createdAddresses ?? new Set()
  const order = (a: string, b: string) => (a < b ? -1 : 1)
  return accessList
    .filter(({ address, storageKeys }) => storageKeys.length > 0 || !created.has(address))
    .map(({ address, storageKeys }) => ({ address, storageKeys: [...storageKeys].sort(order) }))
    .sort((a, b) => order(a.address, b.address))
}

function overridesOf(options: unknown): [unknown, unknown] {
  const { stateOverrides, blockOverrides } = (options ?? {}) as Record<string, unknown>
  return [stateOverrides, blockOverrides]
}

function feeMethods(chain: Chain): Record<string, Method> {
  return {
    eth_chainId: () => quantity(chain.common.chainId()),
    eth_syncing: () => false,
    eth_accounts: () => [],
    eth_maxPriorityFeePerGas: () => quantity(suggestedTip(chain)),
    eth_gasPrice() {
      const { header } = chain.decode(chain.head().hash)
      return quantity(suggestedTip(chain) + (header.baseFeePerGas ?? 0n))
    },
    eth_blobBaseFee: () => '0x1',
    eth_feeHistory([count, newest, percentiles]) {
      const list = percentiles === undefined || percentiles === null ? [] : percentiles
      if (!Array.isArray(list) || list.some((item) => typeof item !== 'number')) {
        throw invalidParams('percentiles: expected numbers')
      }
      const blocks = typeof count === 'number' ? BigInt(count) : Params.toQuantity(count, 'blocks')
      return feeHistory(chain, blocks, Params.toBlockId(newest), list as number[])
    },
  }
}
