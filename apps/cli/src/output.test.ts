import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { EXIT, exitCodeOf, printable, UsageError } from './output.ts'

describe('output', () => {
  it('what others wrote cannot steer a terminal', () => {
    assert.equal(printable('Zoë’s deal\tand\nmore'), 'Zoë’s deal\tand\nmore')
    assert.equal(printable('\u001b]0;evil\u0007\u001b[2J\r'), '�]0;evil��[2J�')
    assert.equal(printable('pay 5\u202e001 DEM'), 'pay 5�001 DEM')
  })

  it('each kind of failure has its exit code', () => {
    assert.equal(exitCodeOf(new UsageError('wrong')), EXIT.usage)
    assert.equal(exitCodeOf(new AmbrosiaError('Chain.Unreachable', '')), EXIT.unreachable)
    assert.equal(exitCodeOf(new AmbrosiaError('Interrupted', '')), EXIT.interrupted)
    assert.equal(exitCodeOf(new AmbrosiaError('Record.Forged', '')), EXIT.failed)
    assert.equal(exitCodeOf(new Error('a fault')), EXIT.failed)
  })
})
