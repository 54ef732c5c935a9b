import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Log from './Log.ts'

function capture() {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  return { log: Log.create({ name: 'test', level: 'trace', stream }), lines }
}

const marked = 'marked-secret'

describe('Log', () => {
  it('writes JSON lines with time and name', () => {
    const { log, lines } = capture()
    log.info({ dealId: '0x12' }, 'hello')
    const line = JSON.parse(lines[0] as string)
    assert.deepEqual([line.name, line.msg, line.dealId], ['test', 'hello', '0x12'])
    assert.match(line.time, /^\d{4}-\d\d-\d\dT/)
  })

  it('holds no secret, wherever it is thrown from', () => {
    const { log, lines } = capture()
    const names = [
      'password',
      'privateKey',
      'dataKey',
      'ticket',
      'secret',
      'authorization',
      'body',
      'wrapped',
      'resources',
    ]
    for (const name of names) {
      log.info({ [name]: marked })
      log.info({ one: { [name]: marked } })
      log.info({ one: { two: { [name]: marked } } })
      log.info({ one: { two: { three: { [name]: { deep: marked } } } } })
      log.info({ list: [{ a: { b: { c: { d: { [name]: marked } } } } }] })
      log.info({ [name.toUpperCase()]: marked })
      log.child({ [name]: marked }).info('child')
    }
    log.info({
      headers: { authorization: `Bearer ${marked}`, 'ambrosia-ticket': marked, signature: marked },
    })
    const bytes = new TextEncoder().encode(marked)
    log.info({ bytes, more: { buffer: Buffer.from(bytes) } })
    log.info({ a: { a: { a: { a: { a: { a: { a: { a: { a: marked } } } } } } } } })
    log.error(new Error(marked))
    log.error({ err: new Error('outer', { cause: new Error(marked) }) })
    log.error({ err: Object.assign(new TypeError(marked), { body: marked, code: marked }) })
    log.error({ error: new SyntaxError(`Unexpected token in "${marked}"`) })
    log.error({ err: marked })
    log.error({ err: new AmbrosiaError('Test.Failed', 'failed', { cause: new Error(marked) }) })
    assert.ok(lines.length > 40)
    const bytesAsText = bytes.join()
    for (const line of lines) {
      assert.ok(!line.includes(marked), line)
      assert.ok(!line.includes(bytesAsText), line)
    }
  })

  it('keeps what is public, integers of any size among it', () => {
    const { log, lines } = capture()
    log.info({ block: 2n ** 70n, sizes: [1, 2], when: { at: 7, is: true, none: null } }, 'seen')
    const { block, sizes, when } = JSON.parse(lines[0] as string)
    assert.deepEqual([block, sizes], [String(2n ** 70n), [1, 2]])
    assert.deepEqual(when, { at: 7, is: true, none: null })
  })

  it('keeps code, message and public details of our errors, and the frames of others', () => {
    const ours = Log.describeError(
      new AmbrosiaError('Deal.Expired', 'too late', { details: { at: 7 } }),
    )
    assert.deepEqual(
      [ours.code, ours.message, ours.details],
      ['Deal.Expired', 'too late', { at: 7 }],
    )
    const other = Log.describeError(Object.assign(new TypeError('x'), { code: 'ECONNREFUSED' }))
    assert.deepEqual(
      [other.type, other.code, other.message],
      ['TypeError', 'ECONNREFUSED', undefined],
    )
    assert.ok(other.stack.some((frame) => frame.includes('Log.test.ts')))
    assert.deepEqual(Log.describeError(undefined), { type: 'undefined', stack: [] })
  })

  const quotas = process.platform === 'linux' ? false : 'a quota on a process is for Linux'
  it('a disk that takes no more of it fails nothing else', { skip: quotas }, (t) => {
    const program = `
      import { create } from ${JSON.stringify(import.meta.resolve('./Log.ts'))}
      const log = create({ name: 'example' })
      for (let count = 0; count < 50; count++) log.error({ err: new Error('x') }, 'a line')`
    const file = openSync(join(useFolder(t), 'log'), 'a')
    t.after(() => closeSync(file))
    const line = ['--fsize=1024:unlimited', process.execPath, '--input-type=module', '-e', program]
    const { status } = spawnSync('prlimit', line, { stdio: ['ignore', 'ignore', file] })
    assert.equal(status, 0)
  })
})
