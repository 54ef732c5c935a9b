import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, it } from 'node:test'

const MAIN = resolve(import.meta.dirname, '../main.ts')
const folder = mkdtempSync(join(tmpdir(), 'ambrosia-synth-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function ambrosia(...args: string[]): { code: number; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return { code: status ?? -1, out: stdout, err: stderr }
}

function lastJson(out: string): Record<string, unknown> {
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>
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
  assert.equal(made.code, 0, made.err)
  const { patients, resources, files } = lastJson(made.out)
  assert.deepEqual([patients, resources, files], [2, 120, 2])
  assert.deepEqual(readdirSync(join(folder, 'two')), ['patient-00000.json', 'patient-00001.json'])
  assert.match(made.err, /type 2.*60 resources/)

  const refused = ambrosia(
    'deidentify',
    '--check',
    'two/patient-00000.json',
    '--as-of',
    '2026-11-21',
  )
  assert.equal(refused.code, 1)
  assert.match(refused.err, /SafeHarbor.NotClean/)

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
  assert.equal(written.code, 0, written.err)
  assert.match(written.err, /removed or generalised \d+ values/)
  const clean = ambrosia('deidentify', '--check', 'safe.json', '--as-of', '2026-11-21', '--json')
  assert.deepEqual(
    [clean.code, lastJson(clean.out)['ok'], lastJson(clean.out)['resources']],
    [0, true, 120],
  )
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as {
    method: string
    rules: object[]
  }
  assert.match(report.method, /164\.514\(b\)\(2\)/)
  assert.ok(report.rules.length > 50)

  const again = ambrosia('deidentify', 'two/patient-00000.json', 'two/patient-00001.json', ...key)
  assert.equal(
    again.out,
    readFileSync(join(folder, 'safe.json'), 'utf8'),
    'the same key gives the same ids',
  )
  assert.match(again.out, /"fullUrl":"urn:uuid:/)
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
    ).code,
    0,
  )
  const files = readdirSync(join(folder, 'bulk'))
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
  assert.equal(run.code, 0, run.err)
  assert.equal(lastJson(run.out)['written'], 100)
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
    [['deidentify', 'absent.json'], /absent.json/],
    [['deidentify'], /missing required argument/],
  ]
  for (const [args, hint] of wrong) {
    const { code, err } = ambrosia(...args)
    assert.equal(code, 2, args.join(' '))
    if (!args.includes('--json')) assert.match(err, hint)
  }
  const refused = ambrosia('synth', '--condition', 'plague')
  assert.equal(refused.code, 1)
  assert.match(refused.err, /Generator.Option.*\n.*--help/)
  writeFileSync(join(folder, 'short'), 'short')
  writeFileSync(join(folder, 'one.json'), '{"resourceType":"Patient","id":"p"}')
  assert.match(ambrosia('deidentify', 'one.json', '--key', 'short').err, /32 bytes/)
  const list = ambrosia('synth', '--conditions', '--json')
  assert.ok((lastJson(list.out)['conditions'] as object[]).length >= 15)
})
