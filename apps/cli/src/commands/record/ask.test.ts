import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { EXIT, exitCodeOf } from '../../output.ts'
import { ask } from './ask.ts'

/** Asks a person at a terminal of the test, who answers with these keys or hangs up. */
async function answer(keys: string | undefined): Promise<boolean> {
  const streams = { input: new PassThrough(), output: new PassThrough(), terminal: true }
  const asked = ask([], 'Sign this consent?', false, streams)
  if (keys === undefined) streams.input.end()
  else streams.input.write(keys)
  return await asked
}

describe('ask', () => {
  it('takes yes for a yes, and everything else for a no', async () => {
    for (const yes of ['yes\r', 'y\r', ' YES \r']) assert.equal(await answer(yes), true, yes)
    for (const no of ['no\r', '\r', 'yes please\r', 'j\r'])
      assert.equal(await answer(no), false, no)
  })

  it('ends by Ctrl-C, Ctrl-D and a terminal that is gone as a command that was interrupted', async () => {
    for (const keys of ['\x03', '\x04', undefined]) {
      await assert.rejects(answer(keys), (error) => {
        assert.equal(exitCodeOf(error), EXIT.interrupted)
        assert.match(String(error), /nothing was agreed to/)
        return true
      })
    }
  })
})
