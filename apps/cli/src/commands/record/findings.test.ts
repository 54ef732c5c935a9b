import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { lastJson, runCli } from '../../testing/runCli.ts'

const MARK = 'Zzyzxmarker'

const patient = { resourceType: 'Patient', id: 'p', gender: 'female', birthDate: '1960-01-01' }
const observation = {
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }], text: 'HbA1c' },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2025-01-01',
  valueQuantity: { value: 6.4, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
}

function findings(t: TestContext, ...resources: object[]) {
  const file = join(useFolder(t), 'record.json')
  const entry = resources.map((resource) => ({ resource }))
  writeFileSync(file, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }))
  const ran = runCli(['--json', 'record', 'findings', file])
  return { ...ran, result: lastJson(ran.stdout) as Record<string, unknown> }
}

describe('ambrosia record findings', () => {
  it('lists every error with place, rule and advice, and never a value', (t) => {
    const wrong = { ...observation, status: MARK, effectiveDateTime: `${MARK} 2025` }
    const { status, stdout, stderr, result } = findings(t, { ...patient, gender: MARK }, wrong)
    assert.equal(status, 1)
    const list = result['findings'] as { pointer: string; severity: string; advice: string }[]
    assert.deepEqual(list.map(({ pointer }) => pointer).sort(), [
      '/entry/0/resource/gender',
      '/entry/1/resource/effectiveDateTime',
      '/entry/1/resource/status',
    ])
    assert.ok(list.every(({ severity, advice }) => severity === 'error' && advice !== ''))
    assert.equal(result['errors'], 3)
    assert.ok(!`${stdout}${stderr}`.includes(MARK))
  })

  it('warns of what counts for no claim, and passes a record that an issuer signs', (t) => {
    const local = { ...observation, id: 'l', code: { text: 'local' } }
    const { status, result } = findings(t, patient, observation, local)
    assert.equal(status, 0)
    assert.deepEqual([result['ok'], result['errors']], [true, 0])
    assert.ok(
      (result['findings'] as { pointer: string; rule: string }[]).some(
        ({ pointer, rule }) => pointer === '/entry/2/resource/code' && rule === 'claim.uncoded',
      ),
    )
  })

  it('names the version of FHIR that a record seems to be in', (t) => {
    const condition = { resourceType: 'Condition', id: 'c', clinicalStatus: 'active' }
    const old = { ...condition, subject: { reference: 'Patient/p' }, assertedDate: '2020-01-01' }
    const { status, result } = findings(t, patient, old)
    assert.equal(status, 1)
    assert.deepEqual(result['seems'], { version: 'STU3', sign: 'Condition.clinicalStatus' })
  })

  it('names the file that is not a record', (t) => {
    const file = join(useFolder(t), 'letter.txt')
    writeFileSync(file, `Dear ${MARK}`)
    const { status, stderr } = runCli(['record', 'findings', file])
    assert.equal(status, 1)
    assert.ok(stderr.includes(file) && !stderr.includes(MARK), stderr)
  })
})
