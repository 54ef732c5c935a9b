import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { random } from '@ambrosia/primitives/Bytes'
import { useFolder } from '@ambrosia/testing/useFolder'
import { startIssuer } from './testing/startIssuer.ts'

const README = new URL('../README.md', import.meta.url)
const hasCurl = spawnSync('curl', ['--version']).status === 0

/** The lines that README gives, with the address and the holder of this test. */
function linesOf(url: string, holder: string): string {
  const [, after = ''] = readFileSync(README, 'utf8').split('## By curl')
  const lines = /```sh\n([\s\S]*?)```/.exec(after)?.[1] ?? assert.fail('no lines in README')
  const replace = (text: string, part: RegExp, by: string): string => {
    assert.match(text, part)
    return text.replace(part, by)
  }
  const here = replace(lines, /^ISSUER=.*$/m, `ISSUER=${url}`)
  return replace(here, /^HOLDER=.*$/m, `HOLDER=${holder}`)
}

it('the lines of README issue, revoke and read the list', {
  skip: hasCurl ? false : 'curl is not installed here',
}, async (t) => {
  const { issuer, url } = await startIssuer(t)
  const folder = useFolder(t)
  mkdirSync(join(folder, '.ambrosia', 'issuer'), { recursive: true })
  writeFileSync(join(folder, '.ambrosia', 'issuer', 'operator-token'), issuer.keys.operatorToken)
  const asOf = new Date(issuer.now())
  const { resources } = Generator.patient({ seed: 1, asOf, resources: 50 })
  writeFileSync(join(folder, 'patient.json'), Bundle.write(resources))
  const holder = Keys.createHolderKey(random).did
  const run = spawn('sh', ['-e', '-c', linesOf(url, holder)], { cwd: folder })
  let errors = ''
  run.stderr.on('data', (part) => {
    errors += part
  })
  const status = await new Promise((done) => run.once('close', done))
  assert.equal(status, 0, errors)
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  assert.equal(json('service.json').did, issuer.keys.did)
  const { record, statusIndex } = json('issued.json')
  assert.equal(record.credential.issuer, issuer.keys.did)
  assert.equal(json('status.json').credentialSubject.type, 'BitstringStatusList')
  const revoked = await issuer.database
    .selectFrom('status_entry')
    .select('list_index')
    .where('revoked_at_sec', 'is not', null)
    .execute()
  assert.deepEqual(revoked, [{ list_index: statusIndex }])
})
