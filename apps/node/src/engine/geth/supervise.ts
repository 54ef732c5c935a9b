/**
 * Runs a program and ends it when whoever started this does: its standard input closes then,
 * however it died.
 *
 *   node supervise.ts PROGRAM [arguments...]
 *
 * Prints the program's process id as the first line. An interrupt is for the program to take; a
 * second way out is a kill after a while.
 */
import { spawn } from 'node:child_process'

const KILL_AFTER_MS = 10_000

const [program, ...args] = process.argv.slice(2)
if (program === undefined) {
  process.stderr.write('usage: supervise.ts PROGRAM [arguments...]\n')
  process.exit(2)
}
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
process.stdout.write(`${child.pid ?? ''}\n`)
const end = () => {
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref()
}
child.once('error', () => process.exit(127))
child.once('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128))
process.stdin.on('end', end)
process.stdin.on('error', end)
process.stdin.resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
