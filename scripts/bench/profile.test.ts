import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CallFrame, type CpuProfile, selfTimes } from './profile.ts'

const frame = (functionName: string): CallFrame => ({
  functionName,
  url: 'file:///a.ts',
  lineNumber: 0,
})

const PROFILE: CpuProfile = {
  nodes: ['(idle)', 'add', 'multiply'].map((name, id) => ({ id, callFrame: frame(name) })),
  startTime: 1_000_000,
  samples: [1, 2, 2, 0, 1],
  // The first sample comes 1 ms after the start, each other one 1 ms after the one before.
  timeDeltas: [1000, 1000, 1000, 1000, 1000],
}

const byName = ({ functionName }: CallFrame) => functionName

describe('selfTimes', () => {
  it('sums a function over all processes, without waiting, the longest first', () => {
    const spans = [{ fromUs: 0, toUs: 2_000_000 }]
    assert.deepEqual(selfTimes([PROFILE, PROFILE], spans, byName), [
      { name: 'multiply', ms: 4 },
      { name: 'add', ms: 2 },
    ])
  })

  it('counts nothing outside of what is measured', () => {
    const spans = [{ fromUs: 1_001_500, toUs: 1_002_500 }]
    assert.deepEqual(selfTimes([PROFILE], spans, byName), [{ name: 'multiply', ms: 1 }])
    assert.deepEqual(selfTimes([PROFILE], [], byName), [])
  })
})
