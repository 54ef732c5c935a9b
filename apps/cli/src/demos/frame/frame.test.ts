import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bytesPlace } from '@ambrosia/devnet/leaks/places/Place'
import { shortSecret } from '@ambrosia/devnet/leaks/secrets'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Demo, playDemo } from './runDemo.ts'
import type { Stage } from './Stage.ts'

type Result = { sold: number }

const KEYS = ['leaks', 'ok', 'refused', 'seconds', 'setupSeconds', 'sold', 'steps']

/** Plays on a screen that keeps its lines. */
async function run(
  play: (stage: Stage<Result>) => Promise<boolean>,
  demo: Partial<Demo<Result>> = {},
  signal: AbortSignal = new AbortController().signal,
) {
  const lines: string[] = []
  const screen = {
    line: (...parts: (string | undefined)[]) => void lines.push(parts.filter(Boolean).join(' | ')),
    plain: (text: string) => void lines.push(text),
  }
  const played = await playDemo(
    { title: 'A title', result: { sold: 0 }, play, ...demo },
    { home: '/nowhere', signal, screen, setupSeconds: 0 },
  )
  return { ...played, lines }
}

const refusing = (code: string) => async (): Promise<never> => {
  throw new AmbrosiaError(code, 'refused')
}

describe('the frame of demonstrations', () => {
  it('steps are timed and told, the result is written as it goes, exit code 0', async () => {
    const { exitCode, lastLine, lines } = await run(async (stage) => {
      await stage.setUp(() => new Promise((done) => setTimeout(done, 60)))
      const gas = await stage.step(
        'settle',
        async () => 21_000n,
        (used) => ({ text: 'settled', transaction: { hash: `0x${'ab'.repeat(32)}`, gas: used } }),
      )
      stage.result.sold = Number(gas)
      return true
    })
    assert.equal(exitCode, 0)
    assert.deepEqual(Object.keys(lastLine).sort(), KEYS)
    assert.equal(lastLine.ok, true)
    assert.equal(lastLine['sold'], 21_000)
    assert.deepEqual(
      (lastLine['steps'] as { name: string; gas?: number }[]).map(({ name, gas }) => [name, gas]),
      [['settle', 21_000]],
    )
    assert.ok((lastLine['setupSeconds'] as number) >= 0.05)
    assert.ok(lastLine.seconds < (lastLine['setupSeconds'] as number))
    assert.deepEqual(lines, ['A title', '1 settle | settled | gas 21,000 tx 0xababab…abab'])
  })

  it('what comes to its end without success exits with 1', async () => {
    const { exitCode, lastLine } = await run(async () => false)
    assert.deepEqual([exitCode, lastLine.ok], [1, false])
  })

  it('a failure keeps every key, says what failed, and ends what was started', async () => {
    const ended: string[] = []
    const { exitCode, lastLine, failure } = await run(async (stage) => {
      stage.defer(async () => void ended.push('network'))
      stage.defer(async () => void ended.push('page'))
      stage.result.sold = 1
      return await refusing('Chain.Unreachable')()
    })
    assert.equal(exitCode, 3)
    assert.deepEqual(Object.keys(lastLine).sort(), ['error', ...KEYS])
    assert.partialDeepStrictEqual(lastLine, {
      ok: false,
      sold: 1,
      error: { code: 'Chain.Unreachable' },
    })
    assert.ok(failure instanceof AmbrosiaError)
    assert.deepEqual(ended, ['page', 'network'])
  })

  it('refuses what cannot be ended is a failure too', async () => {
    const { exitCode, lastLine } = await run(async (stage) => {
      stage.defer(refusing('Devnet.Stuck'))
      return true
    })
    assert.equal(exitCode, 1)
    assert.partialDeepStrictEqual(lastLine, { ok: false, error: { code: 'Devnet.Stuck' } })
  })

  it('interrupted it ends with 130; one that stays ends well', async () => {
    const interrupting = new AbortController()
    const playing = run(
      async () => {
        interrupting.abort()
        return await new Promise<boolean>(() => {})
      },
      {},
      interrupting.signal,
    )
    assert.equal((await playing).exitCode, 130)
    const staying = new AbortController()
    const stayed = run(async () => true, { stays: true }, staying.signal)
    setTimeout(() => staying.abort(), 10)
    assert.deepEqual([(await stayed).exitCode, (await stayed).lastLine.ok], [0, true])
  })

  it('attacks are refused with their codes', async () => {
    const { lastLine, lines } = await run(async (stage) => {
      await stage.tryAttacks(
        [
          { name: 'a replay', attempt: async () => 'RecordTagUsed' },
          { name: 'a forgery', attempt: refusing('Record.Forged'), refusal: /^Record\./ },
        ],
        { what: 'every balance', read: async () => [1n, 2n] },
      )
      return true
    })
    assert.deepEqual(lastLine['refused'], [
      { attack: 'a replay', code: 'RecordTagUsed' },
      { attack: 'a forgery', code: 'Record.Forged' },
    ])
    const told =
      'a replay (RecordTagUsed), a forgery (Record.Forged): refused, every balance unchanged'
    assert.equal(lines.at(-1), `cheating | ${told}`)
  })

  it('refuses an attack that is accepted, changes something, or fails by a fault of ours, fails it', async () => {
    const accepted = await run(async (stage) => {
      await stage.tryAttacks([{ name: 'a replay', attempt: async () => undefined }])
      return true
    })
    assert.partialDeepStrictEqual(accepted, {
      exitCode: 1,
      lastLine: { ok: false, error: { code: 'Demo.AttackAccepted' } },
    })
    let balance = 5n
    const moved = await run(async (stage) => {
      const attempt = async (): Promise<string> => {
        balance -= 1n
        return 'Refused'
      }
      await stage.tryAttacks([{ name: 'a theft', attempt }], {
        what: 'the balance',
        read: async () => balance,
      })
      return true
    })
    assert.equal(moved.lastLine.error?.code, 'Demo.AttackAccepted')
    const fault = await run(async (stage) => {
      const attempt = refusing('Service.Unreachable')
      await stage.tryAttacks([{ name: 'a forgery', attempt, refusal: /^Record\./ }])
      return true
    })
    assert.equal(fault.lastLine.error?.code, 'Service.Unreachable')
  })

  it('refuses a leak fails it, with its place and never its text', async () => {
    const play = (text: string) =>
      run(async (stage) => {
        stage.keepSecret(shortSecret('name', 'Zzyzxmarker'))
        const places = [bytesPlace('store.log', Buffer.from(text))]
        await stage.searchForLeaks({ places, where: 'logs' })
        return true
      })
    const clean = await play('{"level":30}')
    assert.deepEqual([clean.exitCode, clean.lastLine['leaks']], [0, 0])
    assert.equal(clean.lines.at(-1), 'leaks | searched 12 B of logs for 1 name: 0 found')
    const leaking = await play('{"family":"Zzyzxmarker"}')
    assert.deepEqual([leaking.exitCode, leaking.lastLine['leaks']], [1, 1])
    assert.equal(leaking.lastLine.error?.code, 'Demo.Leak')
    assert.match(leaking.lastLine.error?.message ?? '', /name \(plain\) in store\.log/)
    assert.ok(!JSON.stringify(leaking.lastLine).includes('Zzyzxmarker'))
  })
})
