import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runSuites } from './runSuites.ts'

it('invariant suites with a planted fault go red, each for its own, and the sound one stays green', async () => {
  const { pass, fail, faults, output } = await runSuites('planted')
  const verdictOf = (suite: string) => {
    const [, verdict] = new RegExp(`Planted\\.t\\.sol:${suite}\\s+(✔|\\d+\\))`).exec(output) ?? []
    return verdict === '✔' ? 'green' : verdict === undefined ? 'absent' : 'red'
  }
  const red = ['Assertion', 'Panic', 'Require', 'Silence', 'Unwrapped', 'End']
  for (const fault of red) assert.equal(verdictOf(`Planted${fault}Test`), 'red', fault)
  for (const sound of ['None', 'Unreached']) {
    assert.equal(verdictOf(`Planted${sound}Test`), 'green', sound)
  }
  assert.deepEqual([pass, fail], [2, red.length])
  const missed = faults.filter((fault) => fault.includes('Unreached'))
  assert.deepEqual(missed, ['no run of PlantedUnreachedTest reached: subtraction'])
  assert.ok(!faults.some((fault) => fault.includes('PlantedNoneTest')), faults.join('; '))
})
