/**
 * `ambrosia node engines`: which optional engines there are; with --install, makes those that are
 * missing with Go.
 *
 *   node engines.ts [--install] [--json]
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ENGINES, type EngineName, engineFolder, findEngine } from '../engine/findEngine.ts'

const TICK_MS = 5000

const { values } = parseArgs({
  options: {
    install: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

process.exitCode = await main()

async function main(): Promise<number> {
  const names = Object.keys(ENGINES) as EngineName[]
  if (values.install) {
    const missing = names.filter((name) => findEngine(name) === undefined)
    if (missing.length > 0 && spawnSync('go', ['version']).status !== 0) {
      return fail(
        'Engines.GoMissing',
        'Go is not installed; engines are made with it (1.25 or newer)',
      )
    }
    for (const name of missing) {
      if (!(await install(name))) return fail('Engines.Failed', `go install of ${name} failed`)
    }
  }
  const engines = Object.fromEntries(names.map((name) => [name, findEngine(name) ?? null]))
  if (values.json) process.stdout.write(`${JSON.stringify({ version: 1, ok: true, engines })}\n`)
  else {
    for (const [name, path] of Object.entries(engines)) {
      const { version } = ENGINES[name as EngineName]
      process.stdout.write(`${name} ${version}  ${path ?? 'not installed'}\n`)
    }
  }
  return 0
}

/** Builds into a folder beside the final one and moves it there whole. */
async function install(name: EngineName): Promise<boolean> {
  const { module } = ENGINES[name]
  const target = engineFolder(name)
  mkdirSync(target, { recursive: true })
  const made = mkdtempSync(join(target, 'making-'))
  const start = performance.now()
  const say = (text: string) => {
    const seconds = Math.round((performance.now() - start) / 1000)
    process.stderr.write(`engines   ${name}: ${text} (${seconds} s)\n`)
  }
  say(`go install ${module}, some minutes the first time`)
  const tick = setInterval(() => say('building ...'), TICK_MS)
  try {
    const child = spawn('go', ['install', module], {
      env: { ...process.env, GOBIN: made, GOFLAGS: '' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const code = await new Promise((resolve) => {
      child.once('error', () => resolve(null))
      child.once('exit', resolve)
    })
    if (code !== 0) return false
    renameSync(join(made, name), join(target, name))
    say('done')
    return true
  } finally {
    clearInterval(tick)
    rmSync(made, { recursive: true, force: true })
  }
}

function fail(code: string, message: string): number {
  const error = {
    code,
    message,
    hint: 'Install Go from https://go.dev, or name the programs by AMBROSIA_GETH and AMBROSIA_COMETBFT.',
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error })}\n`)
  else process.stderr.write(`error ${code}: ${message}\n  ${error.hint}\n`)
  return 1
}
