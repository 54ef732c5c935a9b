import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createJudgePool, type JudgeLimits } from './createJudgePool.ts'
import type { Asked, JudgeJob, JudgeSettings } from './Judging.ts'

const STUBBORN = new URL('../../testing/stubbornJudge.ts', import.meta.url)
const LIMITS: JudgeLimits = {
  threadCount: 1,
  deadlineMs: 60_000,
  memoryMb: 64,
  waitingCount: 8,
}

function createPool(t: TestContext, limits: Partial<JudgeLimits> = {}, program = STUBBORN) {
  const unexpected: string[] = []
  const asked: unknown[][] = []
  const outside = {
    personCount: async (...args: unknown[]) => {
      asked.push(args)
      return 7
    },
    keep: async (...args: unknown[]) => void asked.push(args),
  }
  const pool = createJudgePool({
    settings: {} as JudgeSettings,
    outside: outside as unknown as Asked,
    limits: { ...LIMITS, ...limits },
    onUnexpected: (text) => unexpected.push(text),
    program,
  })
  t.after(() => pool.close())
  const judge = (deed: string, dealId = '0x01'): Promise<unknown> =>
    pool.judge({ body: { submission: { criteriaHash: deed, dealId } } } as unknown as JudgeJob)
  return { judge, unexpected, asked }
}

describe('createJudgePool', () => {
  it('gives verdicts, refusals, and answers to what a judge may ask', async (t) => {
    const { judge, asked } = createPool(t)
    assert.equal(await judge('judges'), 'judged')
    await assert.rejects(judge('fails'), { code: 'Record.Bad', message: 'bad', hint: 'no' })
    assert.equal(await judge('asks'), 7)
    await assert.rejects(judge('asks for more'), { code: 'Judging.Ended' })
    assert.deepEqual(asked, [['0x01', '0x02']])
  })

  for (const deed of ['loops for ever', 'backtracks for ever']) {
    it(`ends a judge that ${deed}, and judges on`, async (t) => {
      const { judge } = createPool(t, { deadlineMs: 200 })
      const stuck = judge(deed)
      const next = judge('judges')
      await assert.rejects(stuck, { code: 'Judging.TimedOut' })
      assert.equal(await next, 'judged')
    })
  }

  it('ends a judge that fills its memory, and judges on', async (t) => {
    const { judge } = createPool(t)
    const full = judge('fills its memory')
    const next = judge('judges')
    await assert.rejects(full, { code: 'Judging.OutOfMemory' })
    assert.equal(await next, 'judged')
  })

  it('replaces a judge that ends, and tells nothing of what it said', async (t) => {
    const { judge, unexpected } = createPool(t)
    await assert.rejects(judge('ends'), { code: 'Judging.Ended' })
    await assert.rejects(judge('leaves a rejection behind'), { code: 'Judging.Ended' })
    assert.equal(await judge('judges'), 'judged')
    assert.equal(unexpected.length, 1)
    assert.ok(!unexpected.join().includes('secret'))
  })

  it('refuses what would wait too long', async (t) => {
    const { judge } = createPool(t, { waitingCount: 2, deadlineMs: 400 })
    await judge('judges')
    const stuck = judge('loops for ever')
    const waiting = [judge('judges'), judge('judges')]
    await assert.rejects(judge('judges'), { code: 'Judging.Busy' })
    await assert.rejects(stuck, { code: 'Judging.TimedOut' })
    assert.deepEqual(await Promise.all(waiting), ['judged', 'judged'])
  })

  it('leaves a thread to other deals', async (t) => {
    const { judge } = createPool(t, { threadCount: 2, deadlineMs: 2_000 })
    const stuck = [judge('loops for ever', '0xbad'), judge('loops for ever', '0xbad')]
    const order: string[] = []
    const ends = stuck.map((one) => assert.rejects(one, { code: 'Judging.TimedOut' }))
    void ends[0]?.then(() => order.push('stuck'))
    assert.equal(await judge('judges', '0x900d'), 'judged')
    order.push('judged')
    await Promise.all(ends)
    assert.equal(order[0], 'judged')
  })

  it('tells everyone who waits where no judge can start', async (t) => {
    const { judge } = createPool(t, {}, new URL('data:text/javascript,process.exit(0)'))
    await assert.rejects(Promise.all([judge('judges'), judge('judges')]), {
      code: 'Judging.Ended',
    })
    await assert.rejects(judge('judges'), { code: 'Judging.Ended' })
  })
})
