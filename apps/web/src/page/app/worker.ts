import type { WalletCall } from '../worker/browserWallet.ts'
import type { ActionName, Actions, FromWorker, ToWorker } from '../worker/messages.ts'
import type { Outgoing } from '../worker/outgoing.ts'

/** An error of the worker, with the code that says what happened and the hint what to do. */
export class ActionError extends Error {
  readonly code: string
  readonly hint: string
  constructor(plain: { code: string; message: string; hint: string }) {
    super(plain.message)
    this.code = plain.code
    this.hint = plain.hint
  }
}

type Waiting = {
  done: (value: never) => void
  failed: (error: Error) => void
  progress: ((progress: never) => void) | undefined
}

const worker = new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module' })
const waiting = new Map<number, Waiting>()
let lastId = 0
let sent: readonly Outgoing[] = []
const sentListeners = new Set<() => void>()
const lockListeners = new Set<() => void>()

worker.onmessage = ({ data }: MessageEvent<FromWorker>): void => {
  if (data.kind === 'sent') {
    sent = [...sent, data.entry]
    for (const listener of sentListeners) listener()
    return
  }
  if (data.kind === 'locked') {
    for (const listener of lockListeners) listener()
    return
  }
  if (data.kind === 'wallet') {
    void passOn(data.call)
    return
  }
  const one = waiting.get(data.id)
  if (data.kind === 'progress') {
    one?.progress?.(data.progress as never)
    return
  }
  waiting.delete(data.id)
  if (data.kind === 'done') one?.done(data.value as never)
  else one?.failed(new ActionError(data.error))
}
worker.onerror = (event): void => {
  event.preventDefault()
  const error = new ActionError({
    code: 'Page.WorkerFailed',
    message: event.message || 'the part of this page that does the cryptography did not start',
    hint: 'Reload the page. If it stays, use a current browser.',
  })
  for (const { failed } of waiting.values()) failed(error)
  waiting.clear()
}

/** Only a page with such a wallet loads what speaks to it. */
async function passOn(call: WalletCall): Promise<void> {
  const [{ askWallet }, { chainId }] = await Promise.all([
    import('./browserWallet.ts'),
    ask('describeNetwork', {}),
  ])
  worker.postMessage({ wallet: await askWallet(call, chainId) } satisfies ToWorker)
}

/** Asks the worker to do something. @throws ActionError */
export function ask<Name extends ActionName>(
  name: Name,
  ...[args, progress]: Parameters<Actions[Name]> extends [infer A, infer P]
    ? [A, P?]
    : Parameters<Actions[Name]> extends [infer A]
      ? [A]
      : [Record<string, never>?]
): Promise<Awaited<ReturnType<Actions[Name]>>> {
  const id = ++lastId
  return new Promise((done, failed) => {
    waiting.set(id, { done, failed, progress: progress as Waiting['progress'] })
    worker.postMessage({ id, name, args: args ?? {} } satisfies ToWorker)
  })
}

/** Everything that left this page so far. */
export const outgoing = {
  read: (): readonly Outgoing[] => sent,
  subscribe: (listener: () => void): (() => void) => {
    sentListeners.add(listener)
    return () => sentListeners.delete(listener)
  },
}

export function onLocked(listener: () => void): void {
  lockListeners.add(listener)
}
