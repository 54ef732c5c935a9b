import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

const MAIN = join(import.meta.dirname, '../../main.ts')

describe('record explain', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'explain-'))
  })
  after(() => rm(folder, { recursive: true }))

  const run = (...options: string[]) =>
    spawnSync(process.execPath, [MAIN, 'record', 'explain', ...options], { encoding: 'utf8' })

  it('explains a record of several files, for people and as JSON', async () => {
    const patient = { resourceType: 'Patient', id: 'p', gender: 'female', birthDate: '1970-05-04' }
    const result = {
      resourceType: 'Observation',
      id: 'o',
      status: 'cancelled',
      code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
      effectiveDateTime: '2025-01-01',
      valueQuantity: { value: 12.9, system: 'http://unitsofmeasure.org', code: '%' },
    }
    const files = [patient, result].map(({ resourceType }) => join(folder, `${resourceType}.json`))
    await writeFile(files[0] as string, JSON.stringify(patient))
    await writeFile(files[1] as string, JSON.stringify(result))
    const text = run(...files)
    assert.equal(text.status, 0, text.stderr)
    assert.match(text.stdout, /hba1c: no claim\n {2}not {3}Observation\/o .*: status is cancelled/)
    const { stdout } = run(...files, '--form', 'identified', '--as-of', '2026-05-01', '--json')
    const answer = JSON.parse(stdout.trim().split('\n').at(-1) as string)
    assert.equal(answer.ok, true)
    assert.equal(answer.asOf, '2026-05-01')
    const hba1c = answer.claims.find(({ claim }: { claim: string }) => claim === 'hba1c')
    assert.equal(hba1c.others[0].why, 'status is cancelled')
  })

  it('refuses an unknown form and a file that is not there', () => {
    assert.equal(run('x.json', '--form', 'x').status, 2)
    assert.equal(run(join(folder, 'nothing.json')).status, 2)
  })
})
