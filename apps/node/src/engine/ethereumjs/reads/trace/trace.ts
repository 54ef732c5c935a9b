import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Block } from '@ethereumjs/block'
import { isEOACode7702Tx, type TypedTransaction } from '@ethereumjs/tx'
import { eoaCode7702RecoverAuthority } from '@ethereumjs/util'
import { runTx, type VM } from '@ethereumjs/vm'
import { toObject } from '../../../../rpc/params.ts'
import { CODES, invalidParams, RpcError } from '../../../../rpc/RpcError.ts'
import type { StoredBlock } from '../../BlockStore.ts'
import { writeAnchors } from '../../buildBlock.ts'
import type { Chain } from '../../Chain.ts'
import { decodeReceipts } from '../../receipts.ts'
import type { CallRunner } from '../calls.ts'
import { createCallTracer } from './callTracer.ts'
import { observe, type Tracer } from './observe.ts'
import { createTouchTracer, difference, viewOf } from './prestateTracer.ts'
import { createStructTracer, type StructConfig } from './structTracer.ts'

/** Options of the debug_trace methods. */
export type TraceConfig = StructConfig & {
  /** Logs before the transaction in its block. */
  firstLog?: number
  tracer?: string
  tracerConfig?: { onlyTopCall?: boolean; withLog?: boolean; diffMode?: boolean }
}

const TRACERS = ['callTracer', 'prestateTracer', 'noopTracer'] as const

/** Reads trace options. @throws RpcError -32602 */
export function toTraceConfig(value: unknown): TraceConfig {
  if (value === undefined || value === null) return {}
  const config = toObject(value, 'trace options') as TraceConfig
  if (config.tracer !== undefined && !(TRACERS as readonly string[]).includes(config.tracer)) {
    // JavaScript of a caller is not run.
    throw invalidParams(`tracer: expected one of ${TRACERS.join(', ')}`)
  }
  return config
}

/** Traces of a stored block's transactions, by executing it again. `only` names one position. */
export function traceBlock(options: {
  chain: Chain
  runner: CallRunner
  stored: StoredBlock
  config: TraceConfig
  only?: number
}): Promise<{ txHash: Hex; result: unknown }[]> {
  const { chain, runner, stored, config, only } = options
  if (stored.number === 0) throw new RpcError(CODES.server, 'genesis is not traceable')
  const block = chain.decode(stored.hash)
  return runner.at(chain.stored(stored.parentHash), async (vm) => {
    await writeAnchors(vm, block)
    const traces: { txHash: Hex; result: unknown }[] = []
    const receipts = decodeReceipts(stored.receipts)
    let firstLog = 0
    for (const [position, transaction] of block.transactions.entries()) {
      const isWanted = only === undefined || only === position
      if (isWanted) {
        const result = await traceOne(vm, block, transaction, { ...config, firstLog })
        traces.push({ txHash: toHex(transaction.hash()), result })
      } else await runTx(vm, { tx: transaction, block })
      if (only === position) break
      firstLog += receipts[position]?.logs.length ?? 0
    }
    return traces
  })
}

/** One transaction at the state that the VM is at; afterwards it has run. */
export async function traceOne(
  vm: VM,
  block: Block,
  transaction: TypedTransaction,
  config: TraceConfig,
  checks: { skipBalance?: boolean; skipNonce?: boolean } = {},
): Promise<unknown> {
  const run = async (tracer: Tracer) => {
    const stop = observe(vm, tracer)
    try {
      return tracer.result(await runTx(vm, { tx: transaction, block, ...checks }))
    } finally {
      stop()
    }
  }
  const { tracer, tracerConfig = {}, firstLog = 0 } = config
  if (tracer === 'callTracer') return run(createCallTracer(transaction, tracerConfig, firstLog))
  if (tracer === 'noopTracer') return run({ result: () => ({}) })
  if (tracer !== 'prestateTracer') return run(createStructTracer(config))

  const first = [transaction.getSenderAddress().bytes, block.header.coinbase.bytes].map(toHex)
  const touching = createTouchTracer([...first, ...authoritiesOf(transaction)])
  await vm.evm.journal.checkpoint()
  await run(touching)
  const after = await viewOf(vm, touching.touched)
  await vm.evm.journal.revert()
  const before = await viewOf(vm, touching.touched)
  // The next transaction of the block needs this one to have run.
  await runTx(vm, { tx: transaction, block, ...checks })
  return tracerConfig.diffMode === true ? difference(before, after) : before
}

/** The accounts whose code a transaction sets (EIP-7702); signatures of nobody are left out. */
function authoritiesOf(transaction: TypedTransaction): Hex[] {
  if (!isEOACode7702Tx(transaction)) return []
  return transaction.authorizationList.flatMap((item) => {
    try {
      return [toHex(eoaCode7702RecoverAuthority(item).bytes)]
    } catch {
      return []
    }
  })
}
