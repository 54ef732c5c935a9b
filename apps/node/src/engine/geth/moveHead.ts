import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { IpcClient } from './IpcClient.ts'
import { quantity } from './payload.ts'

const ZERO: Hex = `0x${'00'.repeat(32)}`

type Block = { hash: Hex; number: Hex; parentHash: Hex }
type Updated = { payloadStatus: { status: string; validationError?: string | null } }

/**
 * Moves the head of go-ethereum, back too. Its answer is not enough: after a crash it may say VALID
 * and stay where it was, and it ignores an update to an ancestor. So the head is read back; an
 * ancestor becomes the head by `debug_setHead`, and a head that did not move is named itself once,
 * which wakes it, and then the target again.
 * @throws Geth.HeadDidNotMove
 */
export async function moveHead(
  ipc: IpcClient,
  target: Hex,
  finality: { safe?: Hex; finalized?: Hex } = {},
): Promise<void> {
  const state = (hash: Hex) => ({
    headBlockHash: hash,
    safeBlockHash: finality.safe ?? finality.finalized ?? ZERO,
    finalizedBlockHash: finality.finalized ?? ZERO,
  })
  const update = (hash: Hex) => ipc.call<Updated>('engine_forkchoiceUpdatedV3', [state(hash), null])
  const latest = () => ipc.call<Block>('eth_getBlockByNumber', ['latest', false])

  const block = await ipc.call<Block | null>('eth_getBlockByHash', [target, false])
  if (block === null) throw new HeadDidNotMoveError(target, 'it is not stored')
  const before = await latest()
  if (before.hash !== target && BigInt(block.number) < BigInt(before.number)) {
    const canonical = await ipc.call<Block | null>('eth_getBlockByNumber', [block.number, false])
    if (canonical?.hash === target) {
      await ipc.call('debug_setHead', [quantity(BigInt(block.number))])
      if ((await latest()).hash !== target) throw new HeadDidNotMoveError(target, 'debug_setHead')
      return
    }
  }
  let answer = await update(target)
  if ((await latest()).hash === target) return
  await update((await latest()).hash)
  answer = await update(target)
  if ((await latest()).hash !== target) {
    throw new HeadDidNotMoveError(target, answer.payloadStatus.status)
  }
}

export class HeadDidNotMoveError extends AmbrosiaError {
  constructor(target: Hex, why: string) {
    super('Geth.HeadDidNotMove', `go-ethereum's head did not move to ${target}: ${why}`)
  }
}
