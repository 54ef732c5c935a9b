// Runs every test of contracts/: unit, fuzz and invariant tests in Solidity. Ends with one line
// that scripts read: `contracts N pass N fail N skipped N`; exits non-zero when a test fails or
// nothing ran.
//
//   node scripts/contracts/test.ts [FILE...]
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'contracts')
const require = createRequire(join(root, 'package.json'))
const hardhat = join(dirname(require.resolve('hardhat/package.json')), 'dist', 'src', 'cli.js')

const total = { pass: 0, fail: 0, skipped: 0 }
const { code, output } = await run(['test', 'solidity', ...process.argv.slice(2)])
total.pass = count(output, /(\d+) passing/)
total.fail = count(output, /(\d+) failing/)
total.skipped = count(output, /(\d+) (?:skipped|pending)/)
// A run that dies before its summary, or finds no test, must not look like success.
const failed = code !== 0 || total.pass === 0
const sum = total.pass + total.fail + total.skipped
console.log(`contracts ${sum} pass ${total.pass} fail ${total.fail} skipped ${total.skipped}`)
process.exit(failed || total.fail > 0 ? 1 : 0)

function count(output: string, pattern: RegExp): number {
  return Number(pattern.exec(output)?.[1] ?? 0)
}

function run(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [hardhat, ...args], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    // Warnings of the compiler concern OpenZeppelin's sources; failures print in full.
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      process.stdout.write(chunk)
    })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code !== 0) process.stderr.write(errors)
      resolve({ code, output })
    })
  })
}
