import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import type { RollupState } from '../Assertion.ts'
import type { BatchRecord } from '../Batch.ts'
import type { ChainRules } from '../ChainRules.ts'
import type { Attributes, Parent } from '../Derivation.ts'
import type { InboxEntry, Kind } from '../InboxEntry.ts'
import type { KeyPair } from '../SealedPayload.ts'

const FILE = fileURLToPath(new URL('../../../../vectors/rollup/formats.json', import.meta.url))

type InboxVector = Omit<InboxEntry, 'amount' | 'sealed' | 'kind'> & {
  kind: Kind
  amount: string
  sealed: Hex
  leaf: Hex
  recipient: Hex | null
  transaction: Hex | null
}

/** vectors/rollup/formats.json. */
export const vectors = JSON.parse(readFileSync(FILE, 'utf8')) as {
  rules: ChainRules & { hash: Hex }
  keys: KeyPair
  inbox: InboxVector[]
  tree: { count: number; root: Hex; anchor: Hex; subtrees: Hex[] }[]
  proof: { index: number; leaf: Hex; path: Hex[] }
  bodies: { name: string; body: Hex; blocks: number }[]
  batch: {
    salt: Hex
    body: Hex
    record: BatchRecord
    accumulatorBefore: Hex
    accumulator: Hex
  }
  transactions: {
    name: string
    raw: Hex
    length: number
    isForced: boolean
    drop: string | null
  }[]
  derivation: {
    parent: Parent
    planned: { timestamp: number; count: number; transactions: Hex[] }[]
    attributes: (Omit<Attributes, 'candidates' | 'withdrawals'> & {
      candidates: Hex[]
      withdrawals: { index: number; address: Hex; amountGwei: string }[]
    })[]
  }
  certificate: {
    index: number
    accumulator: Hex
    commitment: Hex
    inboxCount: number
    anchor: Hex
    batches: Hex
    digest: Hex
  }
  assertion: {
    before: RollupState
    after: RollupState
    beforeHash: Hex
    afterHash: Hex
    digest: Hex
  }
  outboxMessage: {
    index: number
    sender: Hex
    target: Hex
    value: string
    data: Hex
    salt: Hex
    leaf: Hex
  }
}

/** The entries of the vectors. */
export const entries: readonly InboxEntry[] = vectors.inbox.map((item) => {
  const { leaf: _leaf, recipient: _recipient, transaction: _transaction, ...rest } = item
  return { ...rest, amount: BigInt(item.amount), sealed: fromHex(item.sealed) }
})
