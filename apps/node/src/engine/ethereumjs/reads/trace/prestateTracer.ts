import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { InterpreterStep, Message } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import type { VM } from '@ethereumjs/vm'
import { quantity } from '../../../../rpc/params.ts'
import { toWord } from '../states.ts'
import type { Tracer } from './observe.ts'

type AccountView = {
  balance?: Hex
  nonce?: number
  code?: Hex
  codeHash?: Hex
  storage?: Record<Hex, Hex>
}
type Views = Record<Hex, AccountView>
type Touched = Map<Hex, Set<Hex>>

const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`

/** Which accounts and slots a transaction touches. */
export function createTouchTracer(first: readonly Hex[]): Tracer & { touched: Touched } {
  const touched: Touched = new Map(first.map((address) => [address, new Set<Hex>()]))
  const touch = (address: Hex): Set<Hex> => {
    const slots = touched.get(address) ?? new Set<Hex>()
    touched.set(address, slots)
    return slots
  }
  // An instruction touches nothing where it fails: it counts when another follows, or its frame
  // ends well.
  let pending = () => {}
  const settle = () => {
    pending()
    pending = () => {}
  }
  return {
    touched,
    step(step: InterpreterStep) {
      settle()
      const { name } = step.opcode
      const top = step.stack.at(-1) ?? 0n
      const here = toHex(step.address.bytes)
      if (name === 'SLOAD' || name === 'SSTORE') {
        pending = () => void touch(here).add(wordOf(top))
      } else if (/^(BALANCE|EXTCODE(SIZE|COPY|HASH)|SELFDESTRUCT)$/.test(name)) {
        pending = () => void touch(addressOf(top))
      }
    },
    enter(message: Message) {
      settle()
      touch(toHex(message.caller.bytes))
      if (message.to !== undefined) touch(toHex(message.to.bytes))
      if (message.delegatecall) touch(toHex(message.codeAddress.bytes))
    },
    leave({ createdAddress, execResult }) {
      const { exceptionError } = execResult
      if (exceptionError !== undefined && exceptionError.error !== 'revert') pending = () => {}
      settle()
      if (createdAddress !== undefined) touch(toHex(createdAddress.bytes))
    },
    result: () => touched,
  }
}

/** The touched accounts as they are now; those that do not exist are left out. */
export async function viewOf(vm: VM, touched: Touched): Promise<Views> {
  const views: Views = {}
  for (const [address, slots] of touched) {
    const target = new Address(fromHex(address))
    const account = await vm.stateManager.getAccount(target)
    if (account === undefined) continue
    const code = await vm.stateManager.getCode(target)
    const storage: Record<Hex, Hex> = {}
    for (const slot of slots) {
      storage[slot] = toWord(await vm.stateManager.getStorage(target, fromHex(slot)))
    }
    views[address] = {
      balance: quantity(account.balance),
      ...(account.nonce > 0n && { nonce: Number(account.nonce) }),
      ...(code.length > 0 && { code: toHex(code), codeHash: toHex(account.codeHash) }),
      ...(slots.size > 0 && { storage }),
    }
  }
  return views
}

/** What changed between two views, as go-ethereum's `diffMode` writes it. */
export function difference(before: Views, after: Views): { pre: Views; post: Views } {
  const [pre, post]: [Views, Views] = [{}, {}]
  for (const address of new Set([...keysOf(before), ...keysOf(after)])) {
    const [old, next] = [before[address], after[address]]
    const change: AccountView = {}
    const kept: AccountView = { ...old }
    delete kept.storage
    if (next !== undefined && next.balance !== (old?.balance ?? '0x0')) {
      change.balance = next.balance as Hex
    }
    if (old?.nonce !== next?.nonce && next?.nonce !== undefined) change.nonce = next.nonce
    if (old?.code !== next?.code && next?.code !== undefined) {
      change.code = next.code
      change.codeHash = next.codeHash as Hex
    }
    const slots = changedSlots(old?.storage ?? {}, next?.storage ?? {})
    if (keysOf(slots.before).length > 0) kept.storage = slots.before
    if (keysOf(slots.after).length > 0) change.storage = slots.after
    const isChanged = keysOf(change).length > 0 || kept.storage !== undefined
    if (!isChanged && next !== undefined) continue
    if (old !== undefined) pre[address] = kept
    if (next !== undefined) post[address] = change
  }
  return { pre, post }
}

function changedSlots(before: Record<Hex, Hex>, after: Record<Hex, Hex>) {
  const changed = { before: {} as Record<Hex, Hex>, after: {} as Record<Hex, Hex> }
  for (const slot of new Set([...keysOf(before), ...keysOf(after)])) {
    const [old, next] = [before[slot] ?? ZERO_WORD, after[slot] ?? ZERO_WORD]
    if (old === next) continue
    if (old !== ZERO_WORD) changed.before[slot] = old
    if (next !== ZERO_WORD) changed.after[slot] = next
  }
  return changed
}

function keysOf(object: object): Hex[] {
  return Object.keys(object) as Hex[]
}

function addressOf(word: bigint): Hex {
  return `0x${(word & ((1n << 160n) - 1n)).toString(16).padStart(40, '0')}`
}

function wordOf(word: bigint): Hex {
  return `0x${word.toString(16).padStart(64, '0')}`
}
