import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { type Answer, CLI, codeOf, runJson } from './commandLine.ts'

const TREASURY = `0x${'a'.repeat(40)}`

type Finding = { ok: boolean; what: string; next?: string }

/** Runs `oracle serve` in a home until the test ends. */
async function serveOracle(t: Ending, home: string, name: string): Promise<void> {
  const child = spawn(process.execPath, [CLI, 'oracle', 'serve', '--port', '0', '--name', name], {
    env: { ...process.env, AMBROSIA_HOME: home, AMBROSIA_POLL_MS: '200', NODE_NO_WARNINGS: '1' },
    stdio: 'ignore',
  })
  const ended = new Promise((done) => child.once('close', done))
  defer(t, async () => {
    child.kill('SIGTERM')
    await ended
  })
  const keystore = join(home, name, 'keystore.json')
  await waitFor(`${name} has its account`, async () => existsSync(keystore), undefined)
}

/** What `oracle doctor` finds wrong. */
export async function wrongOf(home: string, operator: string): Promise<Finding[]> {
  const { status, json } = await runJson(home, 'oracle', 'doctor', operator)
  const wrong = (json['findings'] as Finding[]).filter(({ ok }) => !ok)
  assert.equal(json['ok'], wrong.length === 0)
  assert.equal(status, wrong.length === 0 ? 0 : 1)
  for (const { next } of wrong) assert.ok(next)
  return wrong
}

/**
 * Walks an operator's verbs up to admission: nothing is registered before the service runs; then
 * `register` pays what is missing, once. Returns the operator's account.
 */
export async function registerByVerbs(
  t: Ending,
  home: string,
  { name, med }: { name: string; med: string },
): Promise<string> {
  const run = (...args: string[]): Promise<Answer> => runJson(home, 'oracle', ...args)
  const absent = await run('register', '--name', name)
  assert.deepEqual([absent.status, codeOf(absent)], [1, 'Oracle.NotInHome'])
  const silent = await run('register', TREASURY, '--timeout', '1', '--key', 'nobody')
  assert.deepEqual([silent.status, codeOf(silent)], [1, 'Wallet.NoAccount'])
  await serveOracle(t, home, name)
  const first = await run('register', '--name', name)
  assert.equal(first.status, 0)
  const { operator, wei, med: staked } = first.json
  assert.equal(wei, (10n ** 18n).toString())
  assert.equal(staked, med)
  const again = await run('register', operator as string, '--key', 'nobody')
  assert.deepEqual([again.status, again.json['wei'], again.json['med']], [0, '0', '0'])
  return operator as string
}

/** Walks `fund` and `withdraw`: what is free goes where it is told, and no more than that. */
export async function moveFunds(home: string, operator: string, name: string): Promise<void> {
  const run = (...args: string[]): Promise<Answer> => runJson(home, 'oracle', ...args)
  const nothing = await run('withdraw', TREASURY, '--name', name)
  assert.deepEqual([nothing.status, codeOf(nothing)], [1, 'Oracle.NothingFree'])
  const funded = await run('fund', operator, '--ether', '0.5', '--med', '7')
  assert.deepEqual([funded.status, funded.json['med']], [0, (7n * 10n ** 18n).toString()])
  const tooMuch = await run('withdraw', TREASURY, '--name', name, '--med', '8')
  assert.deepEqual([tooMuch.status, codeOf(tooMuch)], [1, 'Oracle.NothingFree'])
  const some = await run('withdraw', TREASURY, '--name', name, '--med', '2')
  assert.deepEqual([some.status, some.json['med']], [0, (2n * 10n ** 18n).toString()])
  const rest = await run('withdraw', TREASURY, '--name', name)
  assert.deepEqual([rest.status, rest.json['med']], [0, (5n * 10n ** 18n).toString()])
}
