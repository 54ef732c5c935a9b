import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { lastJson, runCli } from '../testing/runCli.ts'

const folder = useFolder(endOfSuite())

function ambrosia(...args: string[]) {
  return runCli(args, { cwd: folder })
}

it('synth writes the patients that are asked for, deidentify their Safe Harbor form', () => {
  const made = ambrosia(
    'synth',
    '--seed',
    '1',
    '--condition',
    'diabetes',
    '--resources',
    '60',
    '--count',
    '2',
    '--as-of',
    '2026-11-21',
    '--out',
    'two',
    '--json',
  )
  assert.equal(made.status, 0, made.stderr)
  const { patients, resources, files } = lastJson(made.stdout)
  assert.deepEqual([patients, resources, files], [2, 120, 2])
  assert.deepEqual(readdirSync(join(folder, 'two')), [
    '.gitignore',
    'patient-00000.json',
    'patient-00001.json',
  ])
  for (const name of ['patient-00000.json', 'patient-00001.json'])
    assert.equal(statSync(join(folder, 'two', name)).mode & 0o777, 0o600)
  assert.match(made.stderr, /type 2.*60 resources/)

  const refused = ambrosia(
    'deidentify',
    '--check',
    'two/patient-00000.json',
    '--as-of',
    '2026-11-21',
  )
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /SafeHarbor.NotClean/)

  const key = ['--key', 'key', '--as-of', '2026-11-21']
  writeFileSync(join(folder, 'key'), 'a secret of the test, 32 bytes or more')
  const written = ambrosia(
    'deidentify',
    'two/patient-00000.json',
    'two/patient-00001.json',
    '--out',
    'safe.json',
    '--report',
    'report.json',
    ...key,
  )
  assert.equal(written.status, 0, written.stderr)
  assert.match(written.stderr, /removed or generalised \d+ values/)
  const clean = ambrosia('deidentify', '--check', 'safe.json', '--as-of', '2026-11-21', '--json')
  assert.deepEqual(
    [clean.status, lastJson(clean.stdout)['ok'], lastJson(clean.stdout)['resources']],
    [0, true, 120],
  )
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as {
    method: string
    rules: object[]
  }
  for (const name of ['safe.json', 'report.json'])
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  assert.match(report.method, /164\.514\(b\)\(2\)/)
  assert.ok(report.rules.length > 50)

  const over = ambrosia('deidentify', 'two/patient-00000.json', '--out', 'safe.json', ...key)
  assert.deepEqual([over.status, over.stderr.includes('safe.json exists already')], [2, true])

  const again = ambrosia('deidentify', 'two/patient-00000.json', 'two/patient-00001.json', ...key)
  assert.equal(
    again.stdout,
    readFileSync(join(folder, 'safe.json'), 'utf8'),
    'the same key gives the same ids',
  )
  assert.match(again.stdout, /"fullUrl":"urn:uuid:/)
})

it('a bulk export has a file for each type and its Safe Harbor form relative references', () => {
  assert.equal(
    ambrosia(
      'synth',
      '--seed',
      '2',
      '--count',
      '2',
      '--resources',
      '50',
      '--ndjson',
      '--out',
      'bulk',
    ).status,
    0,
  )
  const files = readdirSync(join(folder, 'bulk')).filter((name) => name.endsWith('.ndjson'))
  assert.ok(files.includes('Patient.ndjson') && files.includes('Observation.ndjson'))
  const patients = readFileSync(join(folder, 'bulk/Patient.ndjson'), 'utf8').trimEnd().split('\n')
  assert.equal(patients.length, 2)
  const run = ambrosia(
    'deidentify',
    ...files.map((name) => `bulk/${name}`),
    '--out',
    'safe.ndjson',
    '--json',
  )
  assert.equal(run.status, 0, run.stderr)
  assert.equal(lastJson(run.stdout)['written'], 100)
  const text = readFileSync(join(folder, 'safe.ndjson'), 'utf8')
  assert.match(text, /"reference":"Patient\/[0-9a-f-]{36}"/)
  assert.ok(!text.includes('urn:uuid:'))
})

it('wrong uses say what to do', () => {
  const wrong: [args: string[], hint: RegExp][] = [
    [['synth', '--count', '2'], /--out/],
    [['synth', '--json'], /--out/],
    [['synth', '--seed', 'x'], /--seed/],
    [['synth', '--as-of', 'May'], /2026-05-01/],
    [['synth', '--count', '0'], /--count/],
    [['synth', '--resources', '9'], /from 50 to 5000/],
    [['synth', '--condition', 'plague'], /Generator.Option.*\n.*--help/],
    [['deidentify', 'absent.json'], /absent.json/],
    [['deidentify'], /missing required argument/],
  ]
  for (const [args, hint] of wrong) {
    const { status, stderr } = ambrosia(...args)
    assert.equal(status, 2, args.join(' '))
    if (!args.includes('--json')) assert.match(stderr, hint)
  }
  writeFileSync(join(folder, 'short'), 'short')
  writeFileSync(join(folder, 'one.json'), '{"resourceType":"Patient","id":"p"}')
  assert.match(ambrosia('deidentify', 'one.json', '--key', 'short').stderr, /32 bytes/)
  const list = ambrosia('synth', '--conditions', '--json')
  assert.ok((lastJson(list.stdout)['conditions'] as object[]).length >= 15)
})
