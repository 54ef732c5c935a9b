/** The crypto worker: everything with keys and records happens here, off the page's own thread. */
import { toPlain } from '@ambrosia/primitives/Errors'
import { actions } from './actions.ts'
import { onWalletCall, takeWalletAnswer } from './browserWallet.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { onOutgoing } from './outgoing.ts'
import { onLock, touch } from './wallet.ts'

const post = (message: FromWorker): void => self.postMessage(message)

self.onmessage = async ({ data }: MessageEvent<ToWorker>): Promise<void> => {
  if ('wallet' in data) {
    takeWalletAnswer(data.wallet)
    return
  }
  const { id, name, args } = data
  touch()
  try {
    const action = actions[name] as (
      args: unknown,
      progress: (value: unknown) => void,
    ) => Promise<unknown>
    const value = await action(args, (progress) => post({ kind: 'progress', id, progress }))
    post({ kind: 'done', id, value })
  } catch (error) {
    post({ kind: 'failed', id, error: toPlain(error) })
  }
}

onOutgoing((entry) => post({ kind: 'sent', entry }))
onLock(() => post({ kind: 'locked' }))
onWalletCall((call) => post({ kind: 'wallet', call }))
