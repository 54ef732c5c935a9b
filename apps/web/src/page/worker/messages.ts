import type { PlainError } from '@ambrosia/primitives/Errors'
import type { actions } from './actions.ts'
import type { WalletAnswer, WalletCall } from './browserWallet.ts'
import type { Outgoing } from './outgoing.ts'

export type Actions = typeof actions
export type ActionName = keyof Actions

export type ToWorker = { id: number; name: ActionName; args: unknown } | { wallet: WalletAnswer }
export type FromWorker =
  | { kind: 'done'; id: number; value: unknown }
  | { kind: 'failed'; id: number; error: PlainError }
  | { kind: 'progress'; id: number; progress: unknown }
  | { kind: 'sent'; entry: Outgoing }
  | { kind: 'locked' }
  | { kind: 'wallet'; call: WalletCall }
