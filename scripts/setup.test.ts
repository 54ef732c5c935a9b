import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { findNpmCli } from './setup/npm.mjs'

const SCRIPTS = import.meta.dirname

/**
 * Stands where npm's own script would: what it is called with goes to a log, `install` makes what
 * the real one would (with --prefix a Node, else nothing), and SAMPLE_NPM_SAYS makes it fail with
 * those words.
 */
const NPM = `
import { appendFileSync, copyFileSync, mkdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
if (process.env.SAMPLE_NPM_SAYS) { console.error(process.env.SAMPLE_NPM_SAYS); process.exit(7) }
const args = process.argv.slice(2)
appendFileSync(process.env.SAMPLE_NPM_LOG, JSON.stringify({ args, cwd: process.cwd(), env: Object.keys(process.env) }) + '\\n')
await setTimeout(100)
const at = args.indexOf('--prefix')
if (at > 0) {
  const folder = join(args[at + 1], 'node_modules', 'node', 'bin')
  mkdirSync(folder, { recursive: true })
  copyFileSync(process.execPath, join(folder, 'node'))
}
`
const SCRIPT = `
const { AMBROSIA_SETUP_MS, AMBROSIA_PACKAGES_INSTALLED } = process.env
console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), AMBROSIA_SETUP_MS, AMBROSIA_PACKAGES_INSTALLED }))
`
const WAITS = `
const timer = setInterval(() => {}, 1000)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log(signal); clearInterval(timer); process.exitCode = 42 })
console.log('ready')
`

type World = {
  root: string
  env: Record<string, string>
  calls: () => { args: string[]; cwd: string; env: string[] }[]
}

/** A repository of its own with the real set-up scripts, an npm that only notes, and a cache. */
function world(t: TestContext): World {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-setup-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  cpSync(join(SCRIPTS, 'setup'), join(root, 'scripts/setup'), { recursive: true })
  cpSync(join(SCRIPTS, 'setup.mjs'), join(root, 'scripts/setup.mjs'))
  cpSync(join(SCRIPTS, '../ambrosia'), join(root, 'ambrosia'))
  write('package.json', '{"type":"module","workspaces":["packages/*","e2e"]}')
  write('package-lock.json', '{}')
  write('packages/a/package.json', '{"name":"a","dependencies":{"x":"1.0.0"}}')
  write('npm/npm-cli.js', NPM)
  write('npm/package.json', '{"type":"module"}')
  write('script.ts', SCRIPT)
  write('waits.ts', WAITS)
  write('fails.ts', 'process.exit(5)')
  write('apps/cli/src/main.ts', SCRIPT)
  const log = join(root, 'npm.log')
  const env = {
    ...(process.env as Record<string, string>),
    AMBROSIA_CACHE: join(root, 'cache'),
    npm_execpath: join(root, 'npm/npm-cli.js'),
    SAMPLE_NPM_LOG: log,
  }
  const calls = () =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : []
  return { root, env, calls }
}

type Result = { code: number | null; stdout: string; stderr: string }

function start(w: World, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [join(w.root, 'scripts/setup.mjs'), ...args], {
    cwd: w.root,
    env: { ...w.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function finish(child: ChildProcess): Promise<Result> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

const run = (w: World, args: readonly string[], env?: Record<string, string>) =>
  finish(start(w, args, env))

describe('setup run', () => {
  it('installs once, again only when a dependency changes, and tells the script', async (t) => {
    const w = world(t)
    const first = JSON.parse((await run(w, ['run', 'script.ts', 'a', '--b', 'c d'])).stdout)
    assert.deepEqual(first.args, ['a', '--b', 'c d'])
    assert.equal(first.AMBROSIA_PACKAGES_INSTALLED, '1')
    assert.ok(Number(first.AMBROSIA_SETUP_MS) >= 100)
    const second = JSON.parse((await run(w, ['run', 'script.ts'])).stdout)
    assert.equal(second.AMBROSIA_PACKAGES_INSTALLED, '0')

    const manifest = join(w.root, 'packages/a/package.json')
    writeFileSync(manifest, '{"name":"a","scripts":{"s":"t"},"dependencies":{"x":"1.0.0"}}')
    await run(w, ['run', 'script.ts'])
    assert.equal(w.calls().length, 1, 'a change of scripts installs nothing')
    writeFileSync(manifest, '{"name":"a","dependencies":{"x":"1.0.1"}}')
    await run(w, ['run', 'script.ts'])
    assert.equal(w.calls().length, 2, 'a change of a version installs')
    writeFileSync(join(w.root, 'package-lock.json'), '{"lockfileVersion":3}')
    await run(w, ['run', 'script.ts'])
    assert.equal(w.calls().length, 3, 'a change of the lockfile installs')
  })

  it('calls npm install, never npm ci, and keeps the outer npm out of it', async (t) => {
    const w = world(t)
    await run(w, ['run', 'script.ts'], {
      npm_config_json: 'true',
      npm_lifecycle_event: 'start',
      NODE_ENV: 'production',
    })
    const [call] = w.calls()
    assert.equal(call?.args[0], 'install')
    assert.ok(call?.args.includes('--ignore-scripts'))
    assert.equal(call?.cwd, w.root)
    for (const name of ['npm_config_json', 'npm_lifecycle_event', 'NODE_ENV']) {
      assert.ok(!call?.env.includes(name), name)
    }
  })

  it('installs a group on its first use and keeps it', async (t) => {
    const w = world(t)
    const pinned = { 'node_modules/x': {}, 'node_modules/y': {} }
    const asked = { dependencies: { x: '1.0.0' } }
    const packages = { '': {}, 'packages/a': asked, 'packages/c': asked, ...pinned }
    writeFileSync(join(w.root, 'package-lock.json'), JSON.stringify({ packages }))
    mkdirSync(join(w.root, 'packages/c'))
    const declared = { name: 'c', ...asked, ambrosia: { group: 'circuits' } }
    writeFileSync(join(w.root, 'packages/c/package.json'), JSON.stringify(declared))
    const selections = () =>
      w.calls().map(({ args }) => args.filter((arg) => /workspace|dev|save/.test(arg)).join(' '))

    await run(w, ['run', 'script.ts'])
    await run(w, ['run', '--group', 'circuits', 'script.ts'])
    await run(w, ['ensure', '--group', 'circuits'])
    await run(w, ['ensure', '--group', 'dev'])
    await run(w, ['run', 'script.ts'])
    const main = '--workspace=packages/a'
    const circuits = '--workspace=packages/c'
    assert.deepEqual(selections(), [
      `--no-save --omit=dev ${main}`,
      `--no-save --omit=dev ${circuits} ${main}`,
      `--no-save --include=dev --include-workspace-root ${circuits} ${main}`,
    ])
    const unknown = await run(w, ['ensure', '--group', 'circuit'])
    assert.equal(unknown.code, 1)
    assert.match(unknown.stderr, /Setup\.UnknownGroup.*\n.*main, dev, circuits/)
  })

  it('lets one of two runs at once install, the other waits', async (t) => {
    const w = world(t)
    const results = await Promise.all([run(w, ['run', 'script.ts']), run(w, ['run', 'script.ts'])])
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    )
    assert.equal(w.calls().length, 1)
    assert.equal(results.filter(({ stderr }) => stderr.includes('another run')).length, 1)
    assert.deepEqual(readdirSync(join(w.root, 'node_modules')), ['.ambrosia-setup'])
  })

  it('takes over the lock of a run that was killed', async (t) => {
    const w = world(t)
    const { pid } = spawn(process.execPath, ['-e', ''])
    const dead = await run(w, ['run', 'fails.ts']).then(() => pid)
    rmSync(join(w.root, 'node_modules/.ambrosia-setup'))
    const { hostname } = await import('node:os')
    const lock = join(w.root, 'node_modules/.ambrosia-setup.lock')
    writeFileSync(lock, JSON.stringify({ pid: dead, host: hostname() }))
    assert.equal((await run(w, ['run', 'script.ts'])).code, 0)
    assert.ok(!existsSync(lock))
  })

  it('returns the exit code of the script', async (t) => {
    assert.equal((await run(world(t), ['run', 'fails.ts'])).code, 5)
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`passes ${signal} on and waits for the script to end`, async (t) => {
      const child = start(world(t), ['run', 'waits.ts'])
      const result = finish(child)
      child.stdout?.once('data', () => child.kill(signal))
      assert.deepEqual(await result.then(({ code, stdout }) => ({ code, stdout })), {
        code: 42,
        stdout: `ready\n${signal}\n`,
      })
    })
  }

  it('ends the script when the npm that started it is killed', async (t) => {
    const w = world(t)
    const command = `"${process.execPath}" scripts/setup.mjs run waits.ts; exit 1`
    const env = { ...w.env, npm_lifecycle_event: 'start' }
    const shell = spawn('sh', ['-c', command], {
      cwd: w.root,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const result = finish(shell)
    shell.stdout?.once('data', () => shell.kill('SIGKILL'))
    assert.equal((await result).stdout, 'ready\nSIGTERM\n')
  })

  it('says how it is used', async (t) => {
    const { code, stderr } = await run(world(t), [])
    assert.equal(code, 2)
    assert.match(stderr, /usage: node scripts\/setup\.mjs run/)
  })
})

describe('failures of npm', () => {
  const CASES = [
    ['npm error code ENOTFOUND', 'Setup.Unreachable', 3],
    ['npm error network ETIMEDOUT', 'Setup.Unreachable', 3],
    ['npm error ENOSPC: no space left on device', 'Setup.DiskFull', 1],
    ['npm error code EACCES', 'Setup.NotPermitted', 1],
    ['npm error code E404', 'Setup.PackageMissing', 1],
    ['npm error something new', 'Setup.NpmFailed', 1],
  ] as const
  for (const [says, code, exitCode] of CASES) {
    it(`${says}: ${code}`, async (t) => {
      const w = world(t)
      const result = await run(w, ['run', 'script.ts', '--json'], { SAMPLE_NPM_SAYS: says })
      assert.equal(result.code, exitCode)
      assert.match(result.stderr, new RegExp(`error ${code}: .*\n`))
      assert.ok(result.stderr.includes(says), 'npm is quoted')
      const plain = JSON.parse(result.stdout)
      assert.equal(plain.ok, false)
      assert.equal(plain.error.code, code)
      assert.notEqual(plain.error.hint, '')
      assert.equal((await run(w, ['run', 'script.ts'])).code, 0, 'the next run starts afresh')
    })
  }

  it('says so when npm is missing', async (t) => {
    const w = world(t)
    assert.throws(() => findNpmCli({ PATH: w.root }, join(w.root, 'bin/node')), {
      code: 'Setup.NpmNotFound',
    })
    assert.equal(findNpmCli(w.env, join(w.root, 'bin/node')), w.env['npm_execpath'])
  })
})

describe('ensureNode', () => {
  it('keeps a Node that is new enough and puts Node 24 into the cache for an older one', async (t) => {
    const w = world(t)
    const source = `
      import { ensureNode } from './scripts/setup/node.mjs'
      console.log(JSON.stringify(await Promise.all([ensureNode('24.0.0'), ensureNode('20.19.0'), ensureNode('20.19.0')])))`
    writeFileSync(join(w.root, 'old.mjs'), source)
    const child = spawn(process.execPath, [join(w.root, 'old.mjs')], { cwd: w.root, env: w.env })
    const { code, stdout, stderr } = await finish(child)
    assert.equal(code, 0, stderr)
    const cached = join(w.root, 'cache/node-24.21.0/node_modules/node/bin/node')
    assert.deepEqual(JSON.parse(stdout), [process.execPath, cached, cached])
    assert.equal(w.calls().length, 1)
    assert.deepEqual(readdirSync(join(w.root, 'cache')), ['node-24.21.0'])
  })
})

describe('./ambrosia', () => {
  it('runs the command line from any folder and keeps that folder', async (t) => {
    const w = world(t)
    const folder = mkdtempSync(join(tmpdir(), 'ambrosia-elsewhere-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = `${dirname(process.execPath)}:${process.env['PATH']}`
    const child = spawn(join(w.root, 'ambrosia'), ['verify', 'a b.json'], {
      cwd: folder,
      env: { ...w.env, PATH: path },
    })
    const { code, stdout } = await finish(child)
    assert.equal(code, 0)
    const { args, cwd } = JSON.parse(stdout)
    assert.deepEqual({ args, cwd }, { args: ['verify', 'a b.json'], cwd: folder })
  })
})
