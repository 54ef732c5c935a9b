import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { runAdversaries } from './runAdversaries.ts'
import { tableOf } from './table.ts'

const TABLE = fileURLToPath(new URL('../../docs/security/adversaries.md', import.meta.url))

describe('cheating providers, consumers, oracles, stores and relayers', () => {
  it('are refused where the table says, move no money, and an honest sale among them is whole', async (t) => {
    const { rows, moved, delivered, sold } = await runAdversaries(await startNetwork(t))
    assert.equal(moved, 0n)
    assert.equal(delivered, sold)
    assert.deepEqual(
      rows.filter(({ answer }) => answer === 'TAKEN'),
      [],
    )
    const codes = rows.filter(
      ({ answer }) => !/^(taken: .+|[A-Z][A-Za-z]*\.[A-Z][A-Za-z]*)$/.test(answer),
    )
    assert.deepEqual(codes, [])
    const table = tableOf(rows)
    if (process.env['AMBROSIA_WRITE'] === '1') {
      mkdirSync(dirname(TABLE), { recursive: true })
      writeFileSync(TABLE, table)
    }
    assert.ok(existsSync(TABLE))
    assert.equal(readFileSync(TABLE, 'utf8'), table)
  })
})
