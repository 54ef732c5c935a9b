import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import * as Assertion from './Assertion.ts'
import * as Batch from './Batch.ts'
import * as BatchCertificate from './BatchCertificate.ts'
import * as ChainRules from './ChainRules.ts'
import * as Derivation from './Derivation.ts'
import * as Entry from './InboxEntry.ts'
import * as MessageTree from './MessageTree.ts'
import * as OutboxMessage from './OutboxMessage.ts'
import * as SealedPayload from './SealedPayload.ts'
import { dropReason } from './Transaction.ts'
import { allBlocks } from './testing/allBlocks.ts'
import { entries, vectors } from './testing/vectors.ts'

const { rules } = vectors

it('rules', () => {
  assert.equal(ChainRules.hash(rules), rules.hash)
})

it('inbox: leaves, tree, anchors, a proof', () => {
  let frontier = MessageTree.EMPTY
  for (const [i, entry] of entries.entries()) {
    assert.equal(Entry.hash(entry), vectors.inbox[i]?.leaf, `leaf ${i}`)
    frontier = MessageTree.append(frontier, Entry.hash(entry))
    const expected = vectors.tree[i + 1]
    assert.equal(MessageTree.root(frontier), expected?.root, `root ${i + 1}`)
    assert.equal(MessageTree.anchor(frontier), expected?.anchor, `anchor ${i + 1}`)
    assert.deepEqual(MessageTree.subtrees(frontier), expected?.subtrees, `subtrees ${i + 1}`)
  }
  const { index, leaf, path } = vectors.proof
  assert.deepEqual(
    MessageTree.prove(
      vectors.inbox.map((item) => item.leaf),
      index,
    ),
    path,
  )
  assert.equal(MessageTree.rootFrom(leaf, index, path), vectors.tree.at(-1)?.root)
})

it('sealed payloads open to what they say, or to nothing', async () => {
  for (const [i, entry] of entries.entries()) {
    const opened = await SealedPayload.open(rules, [vectors.keys], entry)
    assert.equal(opened.recipient ?? null, vectors.inbox[i]?.recipient, `recipient ${i}`)
    const transaction = opened.transaction && toHex(opened.transaction)
    assert.equal(transaction ?? null, vectors.inbox[i]?.transaction, `transaction ${i}`)
  }
})

it('bodies', () => {
  for (const { name, body, blocks } of vectors.bodies) {
    assert.equal(Batch.decodeBody(fromHex(body)).length, blocks, name)
  }
  const { batch } = vectors
  const decoded = Batch.decodeBody(fromHex(batch.body))
  assert.equal(toHex(Batch.encodeBody(decoded)), batch.body)
  assert.equal(Batch.commitment(batch.salt, fromHex(batch.body)), batch.record.commitment)
  assert.equal(Batch.accumulate(batch.accumulatorBefore, batch.record), batch.accumulator)
})

it('transactions are dropped for the reason given', () => {
  for (const { name, raw, length, isForced, drop } of vectors.transactions) {
    const bytes = fromHex(raw)
    const whole = length === bytes.length ? bytes : new Uint8Array(length).fill(0xc0)
    assert.equal(dropReason(rules, whole, isForced) ?? null, drop, name)
  }
})

it('derivation: which blocks a record means, and their attributes', async () => {
  const { parent, planned, attributes } = vectors.derivation
  const { record, body } = vectors.batch
  const kinds = entries.map(({ kind }) => kind)
  const blocks = allBlocks(
    Derivation.openRecord({ rules, record, body: fromHex(body), firstCount: parent.count, kinds }),
    parent,
  )
  const plain = blocks.map((block) => ({
    ...block,
    transactions: block.transactions.map(toHex),
  }))
  assert.deepEqual(plain, planned)
  const opened = await Promise.all(
    entries.map((entry) => SealedPayload.open(rules, [vectors.keys], entry)),
  )
  let at: Derivation.Parent = parent
  for (const [i, block] of blocks.entries()) {
    const expected = attributes[i] as (typeof attributes)[number]
    const result = Derivation.attributes({
      rules,
      parent: { ...at, hash: expected.parentHash },
      block,
      opened: opened.slice(at.count, block.count),
      anchor: vectors.tree[block.count]?.anchor as `0x${string}`,
    })
    assert.deepEqual(
      {
        ...result,
        withdrawals: result.withdrawals.map((item) => ({
          ...item,
          amountGwei: item.amountGwei.toString(),
        })),
        candidates: result.candidates.map(toHex),
      },
      expected,
      `block ${i}`,
    )
    at = {
      number: at.number + 1,
      hash: at.hash,
      timestamp: block.timestamp,
      count: block.count,
    }
  }
})

it('certificate, assertion, message to L1', () => {
  const { certificate, assertion, outboxMessage } = vectors
  assert.equal(
    BatchCertificate.hash(certificate, rules.l1ChainId, certificate.batches),
    certificate.digest,
  )
  assert.equal(Assertion.hashState(assertion.before), assertion.beforeHash)
  assert.equal(Assertion.hashState(assertion.after), assertion.afterHash)
  assert.equal(Assertion.digest(rules.hash, assertion.before, assertion.after), assertion.digest)
  const message = {
    ...outboxMessage,
    value: BigInt(outboxMessage.value),
    data: fromHex(outboxMessage.data),
  }
  assert.equal(OutboxMessage.hash(message), outboxMessage.leaf)
})
