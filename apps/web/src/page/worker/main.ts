/** The crypto worker: everything with keys and records happens here, off the page's own thread. */
import { toPlain } from '@ambrosia/primitives/Errors'
import { actions } from './actions.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { onOutgoing } from './outgoing.ts'
import { onLock, touch } from './wallet.ts'

const post = (message: FromWorker): void => self.postMessage(message)

self.onmessage = async ({ data }: MessageEvent<ToWorker>): Promise<void> => {
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
