import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { runCli } from '../../testing/runCli.ts'

const file = endOfSuite()
let folder = ''
const at = (...names: string[]): string => join(folder, ...names)

function ambrosia(...args: string[]) {
  return runCli(args)
}

before(() => {
  folder = useFolder(file)
  for (const index of [0, 1]) {
    const asOf = new Date('2026-05-01')
    const { resources } = Generator.patient({ seed: 3, index, asOf, resources: 60 })
    writeFileSync(at(`${index}.json`), Bundle.write(resources))
  }
  writeFileSync(at('2.json'), '{"resourceType":"Zyxwvut"}')
})

describe('record export', () => {
  it('writes every format and a card', () => {
    const out = at('out')
    const { status, stderr, stdout } = ambrosia(
      ...['--json', 'record', 'export', at('0.json'), at('1.json'), '--out', out],
      ...['--format', 'bundle', 'ndjson', 'csv', 'parquet', '--title', 'Two people'],
    )
    assert.equal(status, 0, stderr)
    const { records, resources, files } = JSON.parse(stdout.trim().split('\n').at(-1) as string)
    assert.equal(records, 2)
    assert.equal(resources, 120)
    assert.equal(files.length, 2 + 8 * 2 + 2)
    const card = JSON.parse(readFileSync(join(out, 'card.json'), 'utf8'))
    assert.equal(card.resources, 120)
    assert.match(readFileSync(join(out, 'patients.csv'), 'utf8'), /^id,active,gender,birth_date/)
    assert.equal(readFileSync(join(out, 'patients.parquet')).subarray(0, 4).toString(), 'PAR1')
    assert.equal(readFileSync(join(out, 'resources.ndjson'), 'utf8').trim().split('\n').length, 120)
    assert.equal(Bundle.readResources(readFileSync(join(out, 'bundle.json'))).length, 120)
  })

  it('names the file, not its content', () => {
    const { status, stderr } = ambrosia('record', 'export', at('2.json'), '--out', at('x'))
    assert.equal(status, 1)
    assert.match(stderr, /Bundle\.NotFhir: .*2\.json/)
    assert.doesNotMatch(stderr, /Zyxwvut/)
    assert.equal(ambrosia('record', 'export', at('nothing'), '--out', at('x')).status, 2)
    const format = ['record', 'export', at('0.json'), '--out', at('x'), '--format', 'xml']
    assert.equal(ambrosia(...format).status, 2)
  })
})
