import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const MARK = 'Zzyzxmarker'
const ID = `0x${'1'.repeat(64)}`
const main = fileURLToPath(new URL('./main.ts', import.meta.url))

let home: string
before(() => {
  home = mkdtempSync(join(tmpdir(), 'ambrosia-cli-'))
  writeFileSync(join(home, 'text.json'), `{"family": ${MARK}}`)
  writeFileSync(join(home, 'empty.json'), '{}')
})
after(() => rmSync(home, { recursive: true, force: true }))

type Ended = { exitCode: number | null; stdout: string; stderr: string }

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: home,
    env: { ...process.env, AMBROSIA_HOME: home, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  return new Promise((done) =>
    child.once('close', (exitCode) => done({ exitCode, stdout, stderr })),
  )
}

/** The error object that ends standard output under --json. */
async function refusal(args: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await run(['--json', ...args], env)
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  assert.equal(result.version, 1)
  assert.equal(result.ok, false)
  assert.ok(!`${stdout}${stderr}`.includes(MARK), args.join(' '))
  assert.ok(!/\n\s+at /.test(`${stdout}${stderr}`), `a stack: ${args.join(' ')}`)
  return { exitCode, code: result.error.code as string, message: result.error.message as string }
}

describe('the command line', () => {
  it('a wrong use is told as JSON too, exit code 2', async () => {
    const wrong = [
      ['nosuchverb'],
      ['deal', 'show', '0x1234'],
      ['record', 'revoke', '0x12', '--name', 'alice'],
      ['record', 'offer', '../x', '--deal', ID, '--out', 'o.json'],
      ['deal', 'create', '--criteria', 'empty.json', '--records', 'many'],
      ['up', '--oracles', 'abc'],
      ['issuer', 'revoke', '-1'],
    ]
    for (const { exitCode, code } of await Promise.all(wrong.map((args) => refusal(args)))) {
      assert.deepEqual({ exitCode, code }, { exitCode: 2, code: 'Cli.Usage' })
    }
  })

  it('files that are not there or of another kind are named, exit code 2', async () => {
    const wrong = [
      ['none.json', ['relay', 'settle', 'none.json']],
      ['text.json', ['relay', 'settle', 'text.json']],
      ['empty.json', ['relay', 'settle', 'empty.json']],
      ['none.json', ['issuer', 'issue', 'none.json', '--name', 'alice']],
      ['none.json', ['verify', 'none.json']],
    ] as const
    await Promise.all(
      wrong.map(async ([file, args]) => {
        const { exitCode, code, message } = await refusal(args)
        assert.deepEqual({ exitCode, code }, { exitCode: 2, code: 'Cli.Usage' })
        assert.ok(message.includes(file), message)
      }),
    )
    const password = await refusal(['keys', 'list'], { AMBROSIA_PASSWORD_FILE: 'none' })
    assert.deepEqual([password.exitCode, password.code], [2, 'Cli.Usage'])
  })

  it('ends with 1 for a home without a network, or with a damaged description', async () => {
    assert.deepEqual(
      await refusal(['deal', 'list']).then(({ exitCode, code }) => [exitCode, code]),
      [1, 'Devnet.NoNetwork'],
    )
    const damaged = join(home, 'damaged')
    mkdirSync(damaged)
    writeFileSync(join(damaged, 'network.json'), '{')
    const { exitCode, code } = await refusal(['deal', 'list'], { AMBROSIA_HOME: damaged })
    assert.deepEqual([exitCode, code], [1, 'Devnet.DamagedNetworkFile'])
  })

  it('ends with 3 where the network does not answer', async () => {
    const silent = join(home, 'silent')
    mkdirSync(silent)
    const url = 'http://127.0.0.1:9'
    const names = ['medToken', 'didRegistry', 'oracleRegistry', 'dealBook', 'consentBook']
    const contracts = Object.fromEntries(
      [...names, 'certificateVerifier', 'accessManager'].map((name) => [name, ID.slice(0, 42)]),
    )
    const services = { issuer: url, store: url, oracles: [] }
    const file = { version: 1, chainId: 31337, rpcUrl: url, contracts, services, confirmations: 1 }
    writeFileSync(join(silent, 'network.json'), JSON.stringify(file))
    for (const args of [
      ['deal', 'list'],
      ['oracle', 'list'],
    ]) {
      const { exitCode, code, message } = await refusal(args, { AMBROSIA_HOME: silent })
      assert.deepEqual([exitCode, code], [3, 'Chain.Unreachable'])
      assert.ok(!message.includes(url), message)
    }
  })
})
