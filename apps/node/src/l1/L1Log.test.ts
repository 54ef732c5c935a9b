import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ZERO_HASH } from '@ambrosia/rollup/Batch'
import { KINDS } from '@ambrosia/rollup/InboxEntry'
import * as MessageTree from '@ambrosia/rollup/MessageTree'
import * as Database from '@ambrosia/service/Database'
import { useFolder } from '@ambrosia/testing/useFolder'
import { migrations } from '../database/migrations.ts'
import type { NodeTables } from '../database/tables.ts'
import { createTestNetwork, PaperL1 } from '../testing/createTestChain.ts'
import { L1Log } from './L1Log.ts'

async function open(url = 'sqlite::memory:') {
  const database = await Database.open<NodeTables>({ url, migrations })
  const log = await L1Log.open(database)
  return { database, log, l1: new PaperL1(log, await createTestNetwork()) }
}

describe('the log of L1', () => {
  it('has every anchor and accumulator, also after a restart', async (t) => {
    const url = `sqlite:${join(useFolder(t), 'node.sqlite')}`
    const { database, log, l1 } = await open(url)
    for (let i = 0; i < 3; i++) await l1.append(KINDS.forced, { raw: Uint8Array.of(i) })
    await l1.record(ZERO_HASH, 2)
    await l1.record(ZERO_HASH, 3)
    await database.destroy()
    const again = await open(url)
    assert.deepEqual([again.log.count, again.log.recordCount], [3, 2])
    for (let count = 0; count <= 3; count++) {
      assert.equal(again.log.anchorAt(count), log.anchorAt(count))
      assert.equal(MessageTree.anchor(again.log.frontierAt(count)), log.anchorAt(count))
    }
    assert.deepEqual(again.log.recordAt(1), log.recordAt(1))
    assert.deepEqual(again.log.entries(1, 3), log.entries(1, 3))
    assert.equal(again.log.anchorAt(4), undefined)
    await again.database.destroy()
  })

  it('takes what comes twice once', async () => {
    const { database, log, l1 } = await open()
    const entry = await l1.append(KINDS.forced, { raw: Uint8Array.of(1) })
    await log.append([{ entry, anchor: log.anchorAt(1) as never, l1Block: 1 }], [])
    assert.equal(log.count, 1)
    await database.destroy()
  })

  it('refuses an entry under another anchor, one that skips, and a record of another past', async () => {
    const { database, log, l1 } = await open()
    const entry = await l1.append(KINDS.forced, { raw: Uint8Array.of(1) })
    await l1.record(ZERO_HASH, 1)
    const anchor = log.anchorAt(1) as never
    const record = { ...log.recordAt(0), position: 1 } as never
    const refused = { code: 'L1Log.Inconsistent' }
    const next = { entry: { ...entry, index: 1 }, anchor, l1Block: 3 }
    await assert.rejects(log.append([next], []), refused)
    const skipping = { ...next, entry: { ...entry, index: 2 } }
    await assert.rejects(log.append([skipping], []), refused)
    await assert.rejects(log.append([], [{ record, l1Block: 3 }]), refused)
    assert.deepEqual([log.count, log.recordCount], [1, 1], 'nothing of it stays')
    await database.destroy()
  })

  it('forgets from an L1 block on, and goes on with what came instead', async () => {
    const { database, log, l1 } = await open()
    await l1.append(KINDS.forced, { raw: Uint8Array.of(1) })
    const first = log.anchorAt(1)
    await l1.append(KINDS.forced, { raw: Uint8Array.of(2) })
    await l1.record(ZERO_HASH, 2)
    const before = log.anchorAt(2)
    await l1.reorganise(2)
    assert.deepEqual([log.count, log.recordCount, log.anchorAt(1)], [1, 0, first])
    await l1.append(KINDS.forced, { raw: Uint8Array.of(3) })
    assert.notEqual(log.anchorAt(2), before)
    await database.destroy()
  })
})
