import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chainFileOf } from '@ambrosia/devnet/start/keepChain'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'

const CLI = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))

type Up = {
  child: ChildProcess
  home: string
  /** Waits for a line on standard error. */
  said(pattern: RegExp): Promise<void>
  ended: Promise<number | null>
  /** Lines of standard output. */
  lines: readonly string[]
  network: { contracts: object; services: { issuer: string; store: string; oracles: string[] } }
}

/** `ambrosia up` with one oracle, in a home of its own where none is given. */
async function up(t: Ending, home = useFolder(t)): Promise<Up> {
  const child = spawn(process.execPath, [CLI, 'up', '--oracles', '1', '--json'], {
    env: { ...process.env, AMBROSIA_PORTS: 'any', AMBROSIA_HOME: home, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)))
  defer(t, async () => {
    child.kill('SIGKILL')
    await ended
  })
  let errors = ''
  child.stderr.on('data', (part) => {
    errors += part
  })
  const lines: string[] = []
  const line = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).on('line', (one) => {
      lines.push(one)
      done(one)
    })
    void ended.then((code) => failed(new Error(`up ended with ${code}: ${errors}`)))
  })
  const { network } = JSON.parse(line) as Pick<Up, 'network'>
  const said = (pattern: RegExp): Promise<void> =>
    waitFor(`up says ${pattern}`, async () => pattern.test(errors), undefined)
  return { child, home, said, ended, network, lines }
}

/** A command in that home, and the object that it printed. */
function ambrosia(home: string, args: readonly string[]): { status: number | null; did: string } {
  const { status, stdout } = spawnSync(process.execPath, [CLI, '--json', ...args], {
    env: { ...process.env, AMBROSIA_HOME: home, NODE_NO_WARNINGS: '1' },
    encoding: 'utf8',
  })
  const { did } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { did: string }
  return { status, did }
}

/** Process ids by name, as the supervisor noted them. */
function pidsOf(home: string): Map<string, number> {
  const lines = readFileSync(join(home, 'logs', 'supervisor.log'), 'utf8')
    .trimEnd()
    .split('\n')
  const events = lines.map(
    (line) => JSON.parse(line) as { kind: string; name: string; pid: number },
  )
  return new Map(events.filter(({ kind }) => kind === 'ready').map(({ name, pid }) => [name, pid]))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function allGone(pids: Map<string, number>): Promise<void> {
  for (const [name, pid] of pids) {
    await waitFor(`${name} is gone`, async () => !isAlive(pid), undefined)
    assert.equal(isAlive(pid), false, name)
  }
}

describe('ambrosia up', () => {
  it('starts a service again that is killed, and says so; Ctrl-C ends everything', async (t) => {
    const { child, home, said, ended, network } = await up(t)
    const before = pidsOf(home)
    assert.deepEqual([...before.keys()].sort(), ['chain', 'issuer', 'oracle-1', 'page', 'store'])
    process.kill(before.get('store') as number, 'SIGKILL')
    await said(/store ended unexpectedly \(SIGKILL\)/)
    await said(/store is up again at/)
    assert.equal((await fetch(`${network.services.store}/health`)).status, 200)
    child.kill('SIGINT')
    assert.equal(await ended, 0)
    await allGone(new Map([...before, ...pidsOf(home)]))
    assert.equal(existsSync(join(home, 'up.pid')), false)
  })

  it('comes back with its chain, its issuer and what was made on it, after its end and after a crash', async (t) => {
    const first = await up(t)
    const { home, network } = first
    const run = (...args: string[]) => ambrosia(home, args)
    const made = run('did', 'create', '--key', 'consumer')
    assert.equal(made.status, 0)
    const { did } = made
    first.child.kill('SIGINT')
    assert.equal(await first.ended, 0)

    const second = await up(t, home)
    assert.deepEqual(second.network, network)
    assert.equal(run('did', 'resolve', did).status, 0)
    const before = readFileSync(chainFileOf(home))
    run('keys', 'create', 'other')
    const other = run('did', 'create', '--key', 'other')
    await waitFor(
      'the chain is kept',
      async () => !before.equals(readFileSync(chainFileOf(home))),
      undefined,
    )
    second.child.kill('SIGKILL')
    await second.ended

    const third = await up(t, home)
    assert.deepEqual(third.network, network)
    assert.equal(run('did', 'resolve', other.did).status, 0)
    third.child.kill('SIGINT')
    assert.equal(await third.ended, 0)
  })

  it('leaves no process behind when it is killed itself', async (t) => {
    const { child, home, ended } = await up(t)
    const pids = pidsOf(home)
    child.kill('SIGKILL')
    await ended
    await allGone(pids)
  })

  it('ends with everything when the chain ends, and says why', async (t) => {
    const { home, said, ended, lines } = await up(t)
    const pids = pidsOf(home)
    process.kill(pids.get('chain') as number, 'SIGKILL')
    await said(/chain ended unexpectedly/)
    assert.equal(await ended, 1)
    await said(/error Network\.ChainLost/)
    assert.equal(lines.length, 1, 'one object, which said that the network is up')
    await allGone(pids)
  })
})
