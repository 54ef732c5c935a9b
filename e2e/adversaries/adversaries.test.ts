import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { runAdversaries } from './runAdversaries.ts'
import { tableOf } from './table.ts'

const TABLE = fileURLToPath(new URL('../../docs/security/adversaries.md', import.meta.url))

/** Lines that say how many deviations a role has, and what is taken. */
function countsOf(table: string): string[] {
  return table
    .split('\n')
    .flatMap((line) => /^\d+ deviations\.$|\| taken: .+ \|$/.exec(line)?.[0] ?? [])
}

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
    const written = readFileSync(TABLE, 'utf8')
    // Which of two checks refuses first may depend on time; what is tried, and what is taken, not.
    assert.deepEqual(
      countsOf(written),
      countsOf(table),
      'make the table again: AMBROSIA_WRITE=1 npm test -- e2e/adversaries',
    )
    for (const { change } of rows) assert.ok(written.includes(change), change)
  })
})
