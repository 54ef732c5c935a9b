import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fromNpmOutput, SetupError } from './errors.mjs'
import { showProgress } from './progress.mjs'

/**
 * Runs npm under the given Node, its output kept back unless it fails, elapsed seconds on standard
 * error. Throws a SetupError saying why and what to do.
 */
export async function runNpm(step, node, args, cwd) {
  const cli = findNpmCli()
  const endProgress = showProgress(step)
  const child = spawn(node, [cli, ...args], {
    cwd,
    env: environment(node),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = () => child.kill('SIGTERM')
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  let text = ''
  const keep = (chunk) => {
    text = (text + chunk).slice(-100_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  try {
    const { code, signal } = await new Promise((done, failed) => {
      child.once('error', failed)
      child.once('close', (code, signal) => done({ code, signal }))
    })
    if (signal !== null) {
      throw new SetupError('Interrupted', `${step}: interrupted`, 'Run the same command again.', {
        exitCode: 130,
      })
    }
    if (code !== 0) throw fromNpmOutput(step, code, text)
    endProgress(true)
  } catch (error) {
    endProgress(false)
    throw error
  } finally {
    for (const name of signals) process.off(name, stop)
  }
}

/**
 * npm's own script, so that it runs under the Node we choose: the calling npm's, else beside node,
 * else in PATH.
 */
export function findNpmCli(env = process.env, execPath = process.execPath) {
  const beside = dirname(execPath)
  const candidates = [
    basename(env.npm_execpath ?? '') === 'npm-cli.js' ? env.npm_execpath : '',
    join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(beside, 'node_modules/npm/bin/npm-cli.js'),
  ]
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter)) {
    if (folder === '') continue
    const link = join(folder, 'npm')
    if (existsSync(link) && basename(realpathSync(link)) === 'npm-cli.js') {
      candidates.push(realpathSync(link))
    }
    candidates.push(join(folder, '../lib/node_modules/npm/bin/npm-cli.js'))
    candidates.push(join(folder, 'node_modules/npm/bin/npm-cli.js'))
  }
  const found = candidates.find((candidate) => candidate !== '' && existsSync(candidate))
  if (found !== undefined) return found
  throw new SetupError(
    'Setup.NpmNotFound',
    'npm is not to be found',
    'Install npm (it comes with Node from https://nodejs.org; on Debian: apt install npm) and run the same command again.',
  )
}

/** What an outer `npm start -- --json` left in the environment must not steer the inner npm. */
const KEPT_SETTINGS =
  /^npm_config_(registry|.*proxy|cafile|ca|cert|key|strict_ssl|cache|userconfig|globalconfig|maxsockets|fetch_.*)$/i

function environment(node) {
  const env = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^npm_/i.test(name) || KEPT_SETTINGS.test(name)) env[name] = value
  }
  delete env.NODE_ENV
  delete env.NODE_OPTIONS
  const path = env.PATH ?? env.Path ?? ''
  return {
    ...env,
    PATH: `${dirname(node)}${delimiter}${path}`,
    npm_config_update_notifier: 'false',
  }
}
