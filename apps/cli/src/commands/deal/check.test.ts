import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { runCli } from '../../testing/runCli.ts'

const asOf = '2026-05-01'
const file = endOfSuite()
let folder = ''
const at = (...names: string[]): string => join(folder, ...names)

function ambrosia(...args: string[]) {
  return runCli(args)
}

const criteria = {
  version: 1,
  title: 'HbA1c with diabetes',
  form: 'safe-harbor',
  dcql: {
    credentials: [
      {
        id: 'record',
        format: 'ldp_vc',
        meta: { type_values: [['HealthRecordCredential']] },
        claims: [{ path: ['credentialSubject', 'hba1c'] }],
      },
    ],
  },
  resources: [
    { type: 'Observation', codes: [{ system: 'http://loinc.org', code: '4548-4' }], all: true },
  ],
  predicates: [
    { id: 'present', expression: 'Bundle.entry.resource.ofType(Observation).exists()' },
    { id: 'impossible', expression: 'Bundle.entry.resource.ofType(Observation).empty()' },
  ],
  issuers: ['did:ambrosia:31337:0000000000000000000000000000000000000001'],
  purpose: 'DUO:0000007',
  consumer: 'did:ambrosia:31337:0000000000000000000000000000000000000002',
}

before(() => {
  folder = useFolder(file)
  for (const [index, condition] of ['diabetes', undefined].entries()) {
    const { resources } = Generator.patient({
      seed: 3,
      index,
      asOf: new Date(asOf),
      resources: 60,
      ageYears: condition === undefined ? 12 : 60,
      ...(condition === undefined ? {} : { condition }),
    })
    writeFileSync(at(`${index}.json`), Bundle.write(resources))
  }
  writeFileSync(at('2.json'), '{"resourceType":"Zyxwvut"}')
  writeFileSync(at('ignored.txt'), 'x')
  const passing = { ...criteria, predicates: criteria.predicates.slice(0, 1) }
  writeFileSync(at('pass.criteria'), JSON.stringify(passing))
  writeFileSync(at('fail.criteria'), JSON.stringify(criteria))
})

describe('deal check', () => {
  it('counts matches and losses, and says what it will cost', () => {
    const { status, stdout, stderr } = ambrosia(
      ...['--json', 'deal', 'check', at('pass.criteria'), '--sample', folder],
      ...['--as-of', asOf, '--tier', '0:3'],
    )
    assert.equal(status, 0, stderr)
    const result = JSON.parse(stdout.trim().split('\n').at(-1) as string)
    assert.equal(result.ok, true)
    assert.equal(result.matches, 1)
    assert.equal(result.expectedCost, '3000000000000000000')
    assert.equal(result.escrow, '3000000000000000000')
    assert.equal(result.oracleFees, '150000000000000000')
    type Step = { name: string; removes: number; alone: number }
    const steps = new Map((result.steps as Step[]).map((step) => [step.name, step]))
    assert.equal(steps.get('readable')?.removes, 1)
    // The child has no such result: the rule removes the record, and its claims fail too.
    assert.equal(steps.get('rule 1 (Observation 4548-4)')?.removes, 1)
    assert.equal(steps.get('claims (dcql)')?.removes, 0)
    assert.equal(steps.get('claims (dcql)')?.alone, 1)
    assert.equal(steps.get('predicate present')?.removes, 0)
    assert.equal(result.files.length, 3)
    assert.doesNotMatch(stdout + stderr, /Zyxwvut/)
  })

  it('names the predicate that removes a record', () => {
    const { status, stdout } = ambrosia(
      ...['deal', 'check', at('fail.criteria'), '--sample', folder, '--as-of', asOf],
    )
    assert.equal(status, 0)
    assert.match(stdout, /matches {4}0 of 3/)
    assert.match(stdout, /1 +\d +predicate impossible/)
    assert.match(stdout, /unread {5}2\.json: Bundle\.NotFhir/)
  })

  it('refuses a wrong use', () => {
    const cases = [
      ['deal', 'check', at('pass.criteria')],
      ['deal', 'check', at('nothing'), '--sample', folder],
      ['deal', 'check', at('pass.criteria'), '--sample', at('nothing')],
      ['deal', 'check', at('pass.criteria'), '--sample', folder, '--tier', '5'],
      ['deal', 'check', at('pass.criteria'), '--sample', folder, '--as-of', 'soon'],
      ['deal', 'check', at('pass.criteria'), '--sample', folder, '--maximum-records', '-1'],
    ]
    for (const args of cases) assert.equal(ambrosia(...args).status, 2, args.join(' '))
  })
})
