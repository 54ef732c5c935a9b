import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { lastJson, startCli } from './testing/runCli.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const MARK = 'Zzyzxmarker'
const ID = `0x${'1'.repeat(64)}`

const file = endOfSuite()
let home: string
before(() => {
  home = useFolder(file)
  writeFileSync(join(home, 'text.json'), `{"family": ${MARK}}`)
  writeFileSync(join(home, 'empty.json'), '{}')
})

/** The error object that ends standard output under --json. */
async function refusal(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = await startCli(['--json', ...args], {
    cwd: home,
    env: { AMBROSIA_HOME: home, ...env },
  })
  const { version, ok, error } = lastJson(stdout)
  assert.deepEqual([version, ok], [1, false])
  const { code, message } = error as { code: string; message: string }
  assert.ok(!`${stdout}${stderr}`.includes(MARK), args.join(' '))
  assert.ok(!/\n\s+at /.test(`${stdout}${stderr}`), `a stack: ${args.join(' ')}`)
  return { exitCode: status, code, message }
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

  it('ends without a word where its reader stops reading', () => {
    const piped = `"${process.execPath}" "${MAIN}" synth --seed 1 --resources 2000 | head -c 10`
    const { stdout, stderr } = spawnSync('sh', ['-c', piped], { encoding: 'utf8' })
    assert.equal(stdout.length, 10)
    assert.doesNotMatch(stderr, /EPIPE|error/i)
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
