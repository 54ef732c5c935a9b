import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { type Counts, countsOfLine } from './counts.ts'
import { matches } from './select.ts'

const RUNNER = 'scripts/contracts/test.ts'
const FOLDER = 'contracts/test/'
/** What tests of every domain read. */
const SHARED = /^(contracts\/(src|test\/support)\/|contracts\/[^/]*$|scripts\/contracts\/)/

/**
 * The domains with Solidity tests that the filters name, by their folder (`contracts/test/stake/`);
 * of those only what the changed files can reach, where changes are given. A change of a contract
 * reaches every domain: those that it does not concern are compiled already.
 */
export function contractDomains(
  root: string,
  filters: readonly string[],
  changed: readonly string[] | null,
): string[] {
  const files = globSync(`${FOLDER}*/*.t.sol`, { cwd: root }).map((path) =>
    path.replaceAll('\\', '/'),
  )
  const isReached = (folder: string) =>
    changed === null || changed.some((path) => SHARED.test(path) || path.startsWith(folder))
  const folderOf = (path: string) => `${path.split('/').slice(0, 3).join('/')}/`
  const chosen = files.filter((path) => matches(path, filters)).map(folderOf)
  return [...new Set(chosen)].filter(isReached).sort()
}

/**
 * The Solidity tests have a runner of their own; its last line is
 * `contracts N pass N fail N skipped N`.
 * @param execArgv options of node for it
 */
export async function runContracts(
  root: string,
  folder: string,
  execArgv: readonly string[] = [],
): Promise<Counts> {
  const start = performance.now()
  const path = folder.slice('contracts/'.length, -1)
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn(process.execPath, [...execArgv, join(root, RUNNER), path], {
    stdio: [...stdio],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (exitCode) => done(exitCode ?? 1))
  })
  const counts = countsOfLine('contracts', text.trimEnd().split('\n').at(-1) ?? '')
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  if (counts === null) {
    process.stdout.write(`${text}\n${folder}: the runner did not end with its counts\n`)
    return { pass: 0, fail: 1, skipped: 0 }
  }
  const isBad = code !== 0 || counts.fail > 0
  if (isBad) process.stdout.write(text)
  const total = counts.pass + counts.fail + counts.skipped
  process.stdout.write(`${isBad ? 'FAIL' : 'ok  '} ${folder}  ${total} tests  ${seconds} s\n`)
  return isBad && counts.fail === 0 ? { ...counts, fail: 1 } : counts
}
