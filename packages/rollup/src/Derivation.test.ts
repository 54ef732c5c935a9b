import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as Batch from './Batch.ts'
import { LIMITS } from './ChainRules.ts'
import * as Derivation from './Derivation.ts'
import { KINDS, type Kind } from './InboxEntry.ts'
import { allBlocks } from './testing/allBlocks.ts'
import { entries, vectors } from './testing/vectors.ts'

const { rules } = vectors
const start = 1_900_000_000
const parent = { timestamp: start, count: 10 }
const anyKind = fc.constantFrom<Kind>(...Object.values(KINDS))

function recordOf(blocks: readonly Batch.BatchBlock[], kinds: readonly Kind[], change = {}) {
  const record = {
    commitment: Batch.ZERO_HASH,
    inboxCount: parent.count + kinds.length,
    anchor: Batch.ZERO_HASH,
    l1Timestamp: start + 100,
    ...change,
  }
  const body = Batch.encodeBody(blocks)
  return Derivation.openRecord({ rules, record, body, firstCount: parent.count, kinds })
}
const planOf = (...args: Parameters<typeof recordOf>) => allBlocks(recordOf(...args), parent)
const block = (timestamp: number, count: number) => ({ timestamp, count, transactions: [] })

describe('nextBlock', () => {
  it('every record means a list of blocks that keeps the rules', () => {
    const anyBlock = fc.record({
      timestamp: fc.integer({ min: start - 10, max: start + 1000 }),
      count: fc.integer({ min: 0, max: 400 }),
      transactions: fc.constant([]),
    })
    fc.assert(
      fc.property(
        fc.array(anyBlock, { maxLength: 8 }),
        fc.array(anyKind, { maxLength: 40 }),
        (blocks, kinds) => {
          let { timestamp, count } = parent
          for (const planned of planOf(blocks, kinds)) {
            assert.ok(planned.timestamp > timestamp)
            assert.ok(planned.count >= count)
            const consumed = kinds.slice(count - parent.count, planned.count - parent.count)
            assert.ok(consumed.length <= LIMITS.entriesPerBlock)
            const forced = consumed.filter((kind) => kind === KINDS.forced)
            assert.ok(forced.length <= LIMITS.forcedPerBlock)
            timestamp = planned.timestamp
            count = planned.count
          }
          assert.equal(count, parent.count + kinds.length, 'every entry is consumed')
        },
      ),
    )
  })

  it('the first block that does not stand ends the body', () => {
    const late = start + 100 + rules.maximumDrift
    const good = block(start + 1, 10)
    const cases: [string, Batch.BatchBlock[], number][] = [
      ['at the drift', [block(late, 10)], 1],
      ['past the drift', [block(late + 1, 10)], 0],
      ['not after its parent', [block(start, 10)], 0],
      ['not after the one before', [good, block(start + 1, 10)], 1],
      ['a count that falls', [good, block(start + 2, 9)], 1],
      ['a count past the record', [good, block(start + 2, 11)], 1],
      ['what follows a bad one', [good, block(start + 1, 10), block(start + 5, 10)], 1],
    ]
    for (const [name, blocks, expected] of cases) {
      assert.equal(planOf(blocks, []).length, expected, name)
    }
  })

  it('a record without data catches up at its time on L1', () => {
    const kinds = Array.from({ length: 9 }, () => KINDS.forced)
    const record = {
      commitment: Batch.ZERO_HASH,
      inboxCount: 19,
      anchor: Batch.ZERO_HASH,
      l1Timestamp: start + 100,
    }
    const contents = { rules, record, body: undefined, firstCount: parent.count, kinds }
    const planned = allBlocks(Derivation.openRecord(contents), parent)
    assert.deepEqual(
      planned.map(({ timestamp, count }) => [timestamp, count]),
      [
        [start + 100, 14],
        [start + 101, 18],
        [start + 102, 19],
      ],
    )
  })

  it('the body ends where its blocks have used the gas of a record', () => {
    const blocks = Array.from({ length: 5 }, (_, i) => block(start + 1 + i, 10))
    const half = BigInt(rules.recordGas) / 2n
    assert.equal(allBlocks(recordOf(blocks, []), parent, () => half).length, 2)
    assert.equal(allBlocks(recordOf(blocks, []), parent, () => half - 1n).length, 3)
    // Entries are consumed whatever was used.
    const withEntry = allBlocks(recordOf(blocks, [KINDS.deposit]), parent, () => 2n * half)
    assert.deepEqual(
      withEntry.map(({ count }) => count),
      [10, 11],
    )
  })

  it('catching up goes on after the last block where L1 is behind it', () => {
    const planned = planOf([block(start + 200, 10)], [KINDS.deposit])
    assert.deepEqual(
      planned.map(({ timestamp }) => timestamp),
      [start + 200, start + 201],
    )
  })
})

describe('consumable', () => {
  it('limits hold at them and past them', () => {
    const many = (kind: Kind, count: number) => Array.from({ length: count }, () => kind)
    const { entriesPerBlock, forcedPerBlock } = LIMITS
    assert.equal(Derivation.consumable(many(KINDS.deposit, entriesPerBlock)), entriesPerBlock)
    assert.equal(Derivation.consumable(many(KINDS.deposit, entriesPerBlock + 1)), entriesPerBlock)
    assert.equal(Derivation.consumable(many(KINDS.forced, forcedPerBlock)), forcedPerBlock)
    assert.equal(Derivation.consumable(many(KINDS.forced, forcedPerBlock + 1)), forcedPerBlock)
    const mixed = [...many(KINDS.forced, 4), ...many(KINDS.deposit, 3), ...many(KINDS.forced, 1)]
    assert.equal(Derivation.consumable(mixed), 7)
  })
})

describe('attributes', () => {
  it('refuses other entries than those the block consumes', () => {
    const common = { rules, parent: vectors.derivation.parent, anchor: Batch.ZERO_HASH }
    const opened = entries.map((entry) => ({ entry }))
    const refused = (list: typeof opened, count: number) =>
      assert.throws(
        () => Derivation.attributes({ ...common, block: block(start + 1, count), opened: list }),
        { code: 'Derivation.EntriesMismatch' },
      )
    refused(opened.slice(0, 2), 3)
    refused(opened.slice(0, 3), 2)
    refused(opened.slice(1, 3), 2)
    refused([...opened.slice(0, 2)].reverse(), 2)
  })
})
