/**
 * Writes vectors/rollup/formats.json: every format of docs/protocol/rollup.md with its bytes or
 * hash. Read by TypeScript, Solidity and Go alike. `--check` fails where the file is not what this
 * script writes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromHex, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { RLP } from '@ethereumjs/rlp'
import * as Assertion from '../src/Assertion.ts'
import * as Batch from '../src/Batch.ts'
import * as BatchCertificate from '../src/BatchCertificate.ts'
import * as ChainRules from '../src/ChainRules.ts'
import * as Derivation from '../src/Derivation.ts'
import * as Entry from '../src/InboxEntry.ts'
import { type InboxEntry, KINDS, type Kind } from '../src/InboxEntry.ts'
import * as MessageTree from '../src/MessageTree.ts'
import * as OutboxMessage from '../src/OutboxMessage.ts'
import * as SealedPayload from '../src/SealedPayload.ts'
import { dropReason } from '../src/Transaction.ts'

const FILE = fileURLToPath(new URL('../../../vectors/rollup/formats.json', import.meta.url))

const bytes = (label: string, size = 32) => sha256(fromUtf8(label)).slice(0, size)
const hash = (label: string): Hex => toHex(bytes(label))
const address = (label: string): Hex => toHex(bytes(label, 20))
/** Bytes that look random and are the same in every run. */
const seeded = (label: string) => (size: number) => bytes(label, size)

const rules: ChainRules.ChainRules = {
  l1ChainId: 31337,
  inbox: address('inbox'),
  chainId: 777001,
  gasLimit: 30_000_000,
  feeRecipient: address('fee recipient'),
  maximumDrift: 600,
  recordGas: 1_000_000_000,
}
const keys = await SealedPayload.createKeyPair(bytes('committee'))
/**
 * A transaction of a type after 0; the signature is no account's in particular, since decoding is
 * what counts here.
 */
function typed(type: number, chainId: number, gasLimit: number): Uint8Array {
  const extra = type === 4 ? [[]] : []
  const fees = type === 1 ? [1] : [1, 1_000_000_014]
  return Uint8Array.of(
    type,
    ...RLP.encode([
      chainId,
      0,
      ...fees,
      gasLimit,
      bytes('to', 20),
      1,
      new Uint8Array(),
      [],
      ...extra,
      0,
      bytes('r'),
      bytes('s'),
    ]),
  )
}

/** A transaction of type 0. */
function legacy(v: number): Uint8Array {
  const signature = [v, bytes('r'), bytes('s')]
  return RLP.encode([0, 1, 21_000, bytes('to', 20), 1, new Uint8Array(), ...signature])
}

const forcedTransaction = typed(2, rules.chainId, 21_000)

async function entry(index: number, kind: Kind, payload: Uint8Array): Promise<InboxEntry> {
  const sender = address(`sender ${index}`)
  const context = { l1ChainId: rules.l1ChainId, inbox: rules.inbox, kind, sender }
  const randomness = seeded(`ephemeral ${index}`)
  const isDeposit = kind === KINDS.deposit
  const isForced = kind === KINDS.forced
  const hasToken = kind === KINDS.tokenDeposit || kind === KINDS.tokenReturn
  return {
    kind,
    index,
    timestamp: 1_900_000_000 + 10 * index,
    sender,
    token: hasToken ? address('token') : `0x${'00'.repeat(20)}`,
    amount: isDeposit ? 5_000_000_000n * BigInt(index + 1) : hasToken ? 7n : 0n,
    commitment:
      isDeposit || isForced
        ? Batch.ZERO_HASH
        : Entry.commitment({ salt: hash('salt'), to: address('to'), data: payload }),
    sealed: isDeposit
      ? await SealedPayload.sealRecipient(context, keys.publicKey, toHex(payload), randomness)
      : await SealedPayload.sealPayload(context, keys.publicKey, payload, randomness),
    encryptionKey: keys.publicKey,
    metadataHash: kind === KINDS.tokenDeposit ? hash('metadata') : Batch.ZERO_HASH,
  }
}

const entries = await Promise.all([
  entry(0, KINDS.deposit, bytes('recipient', 20)),
  entry(1, KINDS.message, fromUtf8('call')),
  entry(2, KINDS.forced, forcedTransaction),
  entry(3, KINDS.tokenDeposit, new Uint8Array()),
  entry(4, KINDS.tokenReturn, new Uint8Array()),
  entry(5, KINDS.deposit, bytes('another recipient', 20)),
])
// Three that do not open: sealed for another sender, padding that is not zero, a recipient that is
// not padded with zeros.
const damaged = [
  { ...(entries[0] as InboxEntry), index: 6, sender: address('another sender') },
  {
    ...(entries[2] as InboxEntry),
    index: 7,
    sealed: flip((entries[2] as InboxEntry).sealed, 40),
  },
  { ...(entries[0] as InboxEntry), index: 8, sealed: new Uint8Array(80) },
]
const all = [...entries, ...damaged]

function flip(sealed: Uint8Array, at: number): Uint8Array {
  const copy = sealed.slice()
  copy[at] = (copy[at] as number) ^ 1
  return copy
}

const leaves = all.map(Entry.hash)
const frontiers: MessageTree.Frontier[] = [MessageTree.EMPTY]
for (const leaf of leaves) {
  frontiers.push(MessageTree.append(frontiers.at(-1) as MessageTree.Frontier, leaf))
}
const opened = await Promise.all(all.map((item) => SealedPayload.open(rules, [keys], item)))

const blocks: Batch.BatchBlock[] = [
  { timestamp: 1_900_000_001, count: 1, transactions: [] },
  { timestamp: 1_900_000_003, count: 4, transactions: [forcedTransaction, fromHex('0x02c0')] },
  { timestamp: 1_900_000_004, count: 4, transactions: [new Uint8Array()] },
]
const body = Batch.encodeBody(blocks)
const salt = hash('batch salt')
const record: Batch.BatchRecord = {
  commitment: Batch.commitment(salt, body),
  inboxCount: 9,
  anchor: MessageTree.anchor(frontiers[9] as MessageTree.Frontier),
  l1Timestamp: 1_900_000_100,
}
const parent = { number: 41, hash: hash('parent'), timestamp: 1_900_000_000, count: 0 }
const contents = Derivation.openRecord({
  rules,
  record,
  body,
  firstCount: parent.count,
  kinds: all.map(({ kind }) => kind),
})
const planned: Batch.BatchBlock[] = []
for (let at = Derivation.nextBlock(contents, Derivation.startOf(parent)); at !== undefined; ) {
  planned.push(at.block)
  at = Derivation.nextBlock(contents, at.cursor)
}
const certificate = {
  index: 3,
  accumulator: hash('accumulator'),
  commitment: record.commitment,
  inboxCount: record.inboxCount,
  anchor: record.anchor,
}
const before: Assertion.RollupState = {
  batchCount: 3,
  accumulator: hash('accumulator'),
  blockCommitment: Assertion.commitBlock(hash('block salt'), parent.hash),
  outboxRoot: MessageTree.root(MessageTree.EMPTY),
}
const after: Assertion.RollupState = {
  batchCount: 4,
  accumulator: Batch.accumulate(hash('accumulator'), record),
  blockCommitment: Assertion.commitBlock(
    Assertion.nextSalt(hash('block salt'), salt),
    hash('last block'),
  ),
  outboxRoot: hash('outbox'),
}
const message: OutboxMessage.OutboxMessage = {
  index: 2,
  sender: address('l2 sender'),
  target: address('l1 target'),
  value: 12_345n,
  data: fromUtf8('data'),
  salt: hash('message salt'),
}

/** Bodies that are decoded to nothing, and one that is not. */
const bodies = [
  { name: 'no blocks', body: Batch.encodeBody([]), blocks: 0 },
  { name: 'three blocks', body, blocks: 3 },
  { name: 'empty', body: new Uint8Array(), blocks: 0 },
  { name: 'a byte after the end', body: Uint8Array.of(...body, 0), blocks: 0 },
  { name: 'a byte short', body: body.subarray(0, body.length - 1), blocks: 0 },
  { name: 'a timestamp with a leading zero', body: fromHex('0xc5c4820001c0'), blocks: 0 },
  {
    name: 'a timestamp of nine bytes',
    body: fromHex('0xcecd890100000000000000000080c0'),
    blocks: 0,
  },
  { name: 'a single byte behind a prefix', body: fromHex('0xc5c4810180c0'), blocks: 0 },
  { name: 'two fields', body: fromHex('0xc3c20101'), blocks: 0 },
  { name: 'a list as a transaction', body: fromHex('0xc5c40101c1c0'), blocks: 0 },
]

const quarter = rules.gasLimit / 4
const transactions = [
  { name: 'type 2 of this chain', raw: forcedTransaction, isForced: true },
  { name: 'type 1 of this chain', raw: typed(1, rules.chainId, 21_000), isForced: false },
  { name: 'type 4 of this chain', raw: typed(4, rules.chainId, 21_000), isForced: false },
  { name: 'empty', raw: new Uint8Array(), isForced: false },
  { name: 'type 3', raw: typed(3, rules.chainId, 21_000), isForced: false },
  { name: 'type 5', raw: typed(5, rules.chainId, 21_000), isForced: false },
  { name: 'a string', raw: Uint8Array.of(0x80), isForced: false },
  { name: 'another chain', raw: typed(2, 777_002, 21_000), isForced: false },
  { name: 'no chain', raw: typed(2, 0, 21_000), isForced: false },
  {
    name: 'a byte after the end',
    raw: Uint8Array.of(...forcedTransaction, 0),
    isForced: false,
  },
  {
    name: 'forced, a quarter of the gas limit',
    raw: typed(2, rules.chainId, quarter),
    isForced: true,
  },
  { name: 'forced, one more', raw: typed(2, rules.chainId, quarter + 1), isForced: true },
  { name: 'not forced, one more', raw: typed(2, rules.chainId, quarter + 1), isForced: false },
  { name: 'too long', raw: new Uint8Array(131_073).fill(0xc0), isForced: false },
  { name: 'legacy without a chain', raw: legacy(27), isForced: false },
  { name: 'legacy of this chain', raw: legacy(35 + 2 * rules.chainId), isForced: false },
  { name: 'legacy of another chain', raw: legacy(37), isForced: false },
]

const attributes = planned.map((block, i) => {
  const from = i === 0 ? parent.count : (planned[i - 1] as Batch.BatchBlock).count
  const previous = planned[i - 1]
  return Derivation.attributes({
    rules,
    parent:
      previous === undefined
        ? parent
        : {
            number: parent.number + i,
            hash: hash(`block ${i}`),
            timestamp: previous.timestamp,
            count: from,
          },
    block,
    opened: opened.slice(from, block.count),
    anchor: MessageTree.anchor(frontiers[block.count] as MessageTree.Frontier),
  })
})

const vectors = {
  source: 'packages/rollup/scripts/generateVectors.ts; docs/protocol/rollup.md',
  rules: { ...rules, hash: ChainRules.hash(rules) },
  keys,
  inbox: all.map((item, i) => ({
    ...item,
    amount: item.amount.toString(),
    sealed: toHex(item.sealed),
    leaf: leaves[i],
    recipient: opened[i]?.recipient ?? null,
    transaction: opened[i]?.transaction === undefined ? null : toHex(opened[i].transaction),
  })),
  tree: frontiers.map((frontier) => ({
    count: frontier.count,
    root: MessageTree.root(frontier),
    anchor: MessageTree.anchor(frontier),
    subtrees: MessageTree.subtrees(frontier),
  })),
  proof: { index: 5, leaf: leaves[5], path: MessageTree.prove(leaves, 5) },
  bodies: bodies.map(({ name, body, blocks }) => ({ name, body: toHex(body), blocks })),
  batch: {
    salt,
    body: toHex(body),
    record,
    accumulatorBefore: certificate.accumulator,
    accumulator: after.accumulator,
  },
  transactions: transactions.map(({ name, raw, isForced }) => ({
    name,
    raw: raw.length > 1000 ? `0x${'c0'.repeat(8)}` : toHex(raw),
    length: raw.length,
    isForced,
    drop: dropReason(rules, raw, isForced) ?? null,
  })),
  derivation: {
    parent,
    planned: planned.map(({ timestamp, count, transactions }) => ({
      timestamp,
      count,
      transactions: transactions.map(toHex),
    })),
    attributes: attributes.map((item) => ({
      ...item,
      withdrawals: item.withdrawals.map((withdrawal) => ({
        ...withdrawal,
        amountGwei: withdrawal.amountGwei.toString(),
      })),
      candidates: item.candidates.map(toHex),
    })),
  },
  certificate: {
    ...certificate,
    batches: address('batches'),
    digest: BatchCertificate.hash(certificate, rules.l1ChainId, address('batches')),
  },
  assertion: {
    before,
    after,
    beforeHash: Assertion.hashState(before),
    afterHash: Assertion.hashState(after),
    digest: Assertion.digest(ChainRules.hash(rules), before, after),
  },
  outboxMessage: {
    ...message,
    value: message.value.toString(),
    data: toHex(message.data),
    leaf: OutboxMessage.hash(message),
  },
}

const text = `${JSON.stringify(vectors, null, 2)}\n`
if (process.argv.includes('--check')) {
  let current = ''
  try {
    current = readFileSync(FILE, 'utf8')
  } catch {
    // A missing file differs from any text.
  }
  if (current !== text) {
    process.stderr.write('vectors/rollup/formats.json is out of date\n')
    process.exitCode = 1
  }
} else {
  writeFileSync(FILE, text)
}
