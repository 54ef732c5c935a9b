import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { fromUtf8, toUtf8 } from '@ambrosia/primitives/Bytes'
import { createIssuePool, type IssueLimits } from './createIssuePool.ts'
import type { ThreadSettings } from './Issuing.ts'

const STUBBORN = new URL('../testing/stubbornThread.ts', import.meta.url)
const LIMITS: IssueLimits = { threadCount: 1, deadlineMs: 60_000, memoryMb: 64, waitingCount: 8 }

function createPool(t: TestContext, limits: Partial<IssueLimits> = {}) {
  const pool = createIssuePool({} as ThreadSettings, { ...LIMITS, ...limits }, STUBBORN)
  t.after(() => pool.close())
  return async (deed: string): Promise<string> => {
    const request = { bundle: fromUtf8(deed), form: 'identified', holder: 'did:key:z' } as const
    const entry = { subjectHandle: 'handle', credentialStatus: {} }
    return toUtf8((await pool.issue(request, 0, async () => entry)).body)
  }
}

describe('createIssuePool', () => {
  it('ends a thread that fills its memory, and signs on', async (t) => {
    const issue = createPool(t)
    const full = issue('fills its memory')
    const next = issue('signs')
    await assert.rejects(full, { code: 'Issuer.ThreadEnded' })
    assert.equal(await next, 'signed')
  })

  it('replaces a thread that ends', async (t) => {
    const issue = createPool(t)
    await assert.rejects(issue('ends'), { code: 'Issuer.ThreadEnded' })
    assert.equal(await issue('signs'), 'signed')
  })

  it('ends a thread that works for too long, refuses what would wait too long, and signs on', async (t) => {
    const issue = createPool(t, { waitingCount: 2, deadlineMs: 5_000 })
    const stuck = issue('loops for ever')
    const waiting = [issue('signs'), issue('signs')]
    await assert.rejects(issue('signs'), { code: 'Issuer.Busy' })
    await assert.rejects(stuck, { code: 'Issuer.TimedOut' })
    assert.deepEqual(await Promise.all(waiting), ['signed', 'signed'])
  })
})
