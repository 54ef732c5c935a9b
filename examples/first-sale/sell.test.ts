import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../..')
const CLI = join(ROOT, 'apps/cli/src/main.ts')
const START_LIMIT_MS = 120_000

describe('the first sale of a patient', () => {
  const home = mkdtempSync(join(tmpdir(), 'ambrosia-first-sale-'))
  const env = { ...process.env, AMBROSIA_HOME: home, AMBROSIA_PORTS: 'any', NODE_NO_WARNINGS: '1' }
  let network: ChildProcess

  const start = (script: string, ...args: string[]) =>
    spawn(process.execPath, [script, ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  /** Runs a script to its end and returns the lines that it printed. */
  async function run(script: string, ...args: string[]): Promise<string[]> {
    const child = start(script, ...args)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const code = await new Promise((done) => child.once('close', done))
    assert.equal(code, 0, stderr)
    return stdout.trim().split('\n')
  }

  const ambrosia = async (...args: string[]) =>
    JSON.parse((await run(CLI, ...args, '--json')).at(-1) as string)

  before(async () => {
    network = start(CLI, 'up')
    await new Promise<void>((done, failed) => {
      const timer = setTimeout(() => failed(new Error('up is not ready')), START_LIMIT_MS)
      let said = ''
      for (const stream of [network.stdout, network.stderr]) {
        stream?.on('data', (chunk) => {
          said += chunk
          if (!said.includes('Ctrl-C')) return
          clearTimeout(timer)
          done()
        })
      }
      network.once('close', () => failed(new Error(`up has ended: ${said}`)))
    })
  })

  after(async () => {
    const ended = new Promise((done) => network.once('close', done))
    network.kill('SIGINT')
    await ended
    rmSync(home, { recursive: true, force: true })
  })

  it('pays the patient, and the researcher can open what was sold', async () => {
    await ambrosia('did', 'create', '--key', 'consumer')
    const criteria = 'examples/deal/criteria.json'
    const agreement = 'examples/deal/agreement.json'
    const terms = [
      '--criteria',
      criteria,
      '--agreement',
      agreement,
      '--price',
      '5',
      '--records',
      '10',
    ]
    const { deal } = await ambrosia('deal', 'create', ...terms)
    const lines = await run(join(import.meta.dirname, 'sell.ts'), deal)
    assert.match(lines.at(-1) ?? '', /^sold: 4\.75\d* MED to the patient$/)
    assert.match(lines.join('\n'), /research/)
    const { collected } = await ambrosia(
      'consumer',
      'collect',
      '--deal',
      deal,
      '--out',
      join(home, 'out'),
    )
    assert.equal(collected.length, 1)
    assert.ok(collected[0].resources > 0)
  })
})
