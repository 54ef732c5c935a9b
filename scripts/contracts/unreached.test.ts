import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { unreached } from './unreached.ts'

const SUITE =
  'contract T {\n  function invariant_a() public {}\n  f() { player.reportReached("T"); }\n}'

describe('unreached', () => {
  it('adds up the runs of a suite', () => {
    assert.deepEqual(
      unreached([SUITE], 'T late revocation 0\nT late revocation 2\nT claim 1\n'),
      [],
    )
  })

  it('tells what no run reached', () => {
    const report = 'T late revocation 0\nT claim 1\nT late revocation 0\nU claim 0\n'
    assert.deepEqual(unreached([SUITE], report), [
      'no run of T reached: late revocation',
      'no run of U reached: claim',
    ])
  })

  it('tells of a suite that reports nothing', () => {
    assert.deepEqual(unreached([SUITE], ''), ['T reported nothing that its runs reached'])
    const silent = 'contract T {\n  function invariant_a() public {}\n}'
    assert.deepEqual(unreached([silent], ''), [
      'an invariant suite does not report what its runs reached',
    ])
    assert.deepEqual(unreached(['contract T {\n  function test_a() public {}\n}'], ''), [])
  })
})
