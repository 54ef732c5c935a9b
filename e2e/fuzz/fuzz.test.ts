import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { boundaries } from './boundaries/index.ts'
import { runFuzz } from './runFuzz.ts'

const seed = Number(process.env['AMBROSIA_SEED'] ?? 20260101)

describe('what strangers send is taken or refused with a code', () => {
  for (const boundary of boundaries) {
    const { name, smallCases: cases } = boundary
    it(`${name}: ${cases} cases from seed ${seed}`, async () => {
      const report = await runFuzz(boundary, { cases, seed })
      assert.deepEqual(report.failures, [])
      assert.equal(report.cases, cases)
    })
  }
})
