import assert from 'node:assert/strict'
import { it } from 'node:test'
import { whileWaiting } from './whileWaiting.ts'

it('says what is under way after three seconds and every five, and falls silent at the end', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const lines: string[] = []
  let finish = (): void => {}
  const work = whileWaiting(
    'the issuer signs',
    () => new Promise<void>((done) => (finish = done)),
    (line) => lines.push(line.replace(/\d+ s$/, 'N s')),
  )
  t.mock.timers.tick(2999)
  assert.deepEqual(lines, [])
  t.mock.timers.tick(1)
  t.mock.timers.tick(5000)
  assert.deepEqual(lines, ['the issuer signs … N s', 'the issuer signs … N s'])
  finish()
  await work
  t.mock.timers.tick(60_000)
  assert.equal(lines.length, 2)
})

it('falls silent after a failure too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const lines: string[] = []
  const failing = whileWaiting('it', () => Promise.reject(new Error('no')), lines.push.bind(lines))
  await assert.rejects(failing, /no/)
  t.mock.timers.tick(60_000)
  assert.deepEqual(lines, [])
})
