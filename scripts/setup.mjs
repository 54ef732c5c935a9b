/**
 * Gets a machine with only Node 20 and npm ready, then runs a script of this repository under
 * Node 24.
 *
 *   node scripts/setup.mjs run [--group NAME]... SCRIPT.ts [arguments...]
 *   node scripts/setup.mjs ensure [--group NAME]...
 *
 * Node 24 comes from the npm package `node` into a cache (AMBROSIA_CACHE, default
 * ~/.cache/ambrosia). Packages are installed by npm under that Node in groups (setup/groups.mjs):
 * `main` always, others when named, and again only when the lockfile or a package.json changes.
 * `ensure` does that alone. The script gets AMBROSIA_SETUP_MS (milliseconds spent here) and
 * AMBROSIA_PACKAGES_INSTALLED (1 when npm ran). Plain JavaScript without dependencies, since
 * nothing is installed yet when it starts.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SetupError } from './setup/errors.mjs'
import { cacheFolder, ensureNode } from './setup/node.mjs'
import { ensurePackages } from './setup/packages.mjs'

const OLDEST_NODE_MAJOR = 20
const PARENT_POLL_MS = 500
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Sets up what is missing. Returns the Node to run with and whether npm installed packages. */
async function setUp(groups) {
  const major = Number(process.versions.node.split('.')[0])
  if (major < OLDEST_NODE_MAJOR) {
    throw new SetupError(
      'Setup.NodeTooOld',
      `Node ${OLDEST_NODE_MAJOR} or newer is needed, this is ${process.version}`,
      'Install a current Node from https://nodejs.org and run the same command again.',
    )
  }
  const node = await ensureNode()
  return { node, installed: await ensurePackages(ROOT, node, groups) }
}

/** Sets up what is missing, runs the script and returns its exit code. */
async function run(groups, script, args) {
  const start = performance.now()
  const { node, installed } = await setUp(groups)
  const env = {
    ...process.env,
    AMBROSIA_SETUP_MS: String(Math.round(performance.now() - start)),
    AMBROSIA_PACKAGES_INSTALLED: installed ? '1' : '0',
    // Two thirds of a short command is Node compiling what it loads: kept, it costs once.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(cacheFolder(), 'compiled'),
  }
  return await runChild(node, [resolve(ROOT, script), ...args], env)
}

/**
 * Runs Node with our streams, passes signals on and returns the exit code (128 + number after a
 * signal).
 */
function runChild(node, args, env) {
  const child = spawn(node, args, { stdio: 'inherit', env })
  // A terminal sends Ctrl-C to the whole group, so the child has it already; a second one would
  // mean "at once".
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => hasTerminal || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const watch = process.env.npm_lifecycle_event === undefined ? undefined : watchParent(child)
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code, signal) => {
      clearInterval(watch)
      done(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/** A killed npm ends the shell between it and us but tells us nothing: then the script ends too. */
function watchParent(child) {
  const parent = process.ppid
  return setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, PARENT_POLL_MS)
}

function report(error) {
  const known = error instanceof SetupError
  const code = known ? error.code : 'Setup.Failed'
  const hint = known
    ? error.hint
    : 'Run the same command again; report it with this text when it stays.'
  process.stderr.write(`error ${code}: ${error.message}\n`)
  if (known && error.output !== '') process.stderr.write(`${error.output}\n`)
  if (!known) process.stderr.write(`${error.stack}\n`)
  process.stderr.write(`  ${hint}\n`)
  if (process.argv.includes('--json')) {
    const plain = { code, message: error.message, hint }
    process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error: plain })}\n`)
  }
  return known ? error.exitCode : 1
}

/** Takes `--group NAME` as often as it stands in front. */
function takeGroups(args) {
  const groups = []
  while (args[0] === '--group' && args[1] !== undefined) groups.push(...args.splice(0, 2).slice(1))
  return groups
}

const [verb, ...rest] = process.argv.slice(2)
const groups = takeGroups(rest)
const [script, ...args] = rest
if (verb === 'run' && script !== undefined) {
  process.exitCode = await run(groups, script, args).catch(report)
} else if (verb === 'ensure' && script === undefined) {
  process.exitCode = await setUp(groups).then(() => 0, report)
} else {
  process.stderr.write(
    'usage: node scripts/setup.mjs run [--group NAME]... SCRIPT.ts [arguments...]\n',
  )
  process.stderr.write('       node scripts/setup.mjs ensure [--group NAME]...\n')
  process.exitCode = 2
}
