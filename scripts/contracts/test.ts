// Runs the Solidity tests (unit, fuzz, invariant), each domain alone. Named, a domain is held to
// all that is recorded of it too: ABI, storage layout and code sizes (generate.ts --check), and gas
// (the test files `<domain>.gas.test.ts`). Ends with one line that scripts read:
// `contracts N pass N fail N skipped N`; exits non-zero when a test fails, nothing ran, or an
// invariant suite never reached what it is there for.
//
//   node scripts/contracts/test.ts                     every domain
//   node scripts/contracts/test.ts exchange token      these, with sizes, layouts and gas
//   node scripts/contracts/test.ts test/exchange test/token/MedToken.t.sol
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder, domains } from '@ambrosia/chain/compile/sourceList'
import { runSuites } from './runSuites.ts'

const root = join(import.meta.dirname, '..', '..')
const isPath = (text: string): boolean => text.startsWith('test/')
const names = process.argv.slice(2).filter((text) => !isPath(text))
const paths = process.argv.slice(2).filter(isPath)
const folders = globSync('test/*/', { cwd: contractsFolder })
  .map((path) => path.replaceAll('\\', '/').replace(/\/$/, ''))
  .filter((path) => path !== 'test/support')
const unknown = names.filter((name) => !domains.includes(name))
if (unknown.length > 0) {
  console.error(`no domain is called ${unknown.join(', ')}; there are ${domains.join(', ')}`)
  process.exit(2)
}

const total = { pass: 0, fail: 0, skipped: 0 }
const faults: string[] = []
for (const [folder, chosen] of selected()) {
  console.log(`contracts/${folder}`)
  const result = await runSuites(folder, chosen, {}, (text) => process.stdout.write(text))
  total.pass += result.pass
  total.fail += result.fail
  total.skipped += result.skipped
  faults.push(...result.faults)
}
for (const name of names) checkRecorded(name)
for (const fault of faults) console.log(`contracts: ${fault}`)
if (faults.length > 0 && total.fail === 0) total.fail = faults.length
const sum = total.pass + total.fail + total.skipped
console.log(`contracts ${sum} pass ${total.pass} fail ${total.fail} skipped ${total.skipped}`)
process.exit(total.fail > 0 || sum === 0 ? 1 : 0)

/** Folders to run, each with the files of it that were named; none where all of it is meant. */
function selected(): [folder: string, files: string[]][] {
  if (paths.length > 0) {
    const of = (folder: string) => paths.filter((path) => path.startsWith(`${folder}/`))
    return folders
      .filter((folder) => paths.includes(folder) || of(folder).length > 0)
      .map((folder) => [folder, paths.includes(folder) ? [] : of(folder)])
  }
  const wanted = names.length === 0 ? folders : names.map((name) => `test/${name}`)
  return wanted
    .filter((folder) => existsSync(join(contractsFolder, folder)))
    .map((one) => [one, []])
}

/** What is recorded of a domain, against what it is. */
function checkRecorded(domain: string): void {
  const gas = globSync(`packages/*/src/**/${domain}.gas.test.ts`, { cwd: root })
  const commands = [
    ['scripts/contracts/generate.ts', domain, '--check'],
    ...(gas.length === 0 ? [] : [['--test', ...gas]]),
  ]
  for (const args of commands) {
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
    if (status === 0) total.pass++
    else faults.push(`${domain}: node ${args.join(' ')} fails`)
  }
}
