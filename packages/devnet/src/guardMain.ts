/**
 * Runs a program that knows nothing of its owner (anvil) and ends it when standard input ends: the
 * owner holds the other end, so the program never outlives it. Usage: node superviseMain.ts COMMAND
 * [arguments...]
 */
import { spawn } from 'node:child_process'

const KILL_AFTER_MS = 3000
const [command, ...args] = process.argv.slice(2)
const child = spawn(command as string, args, { stdio: ['ignore', 'inherit', 'inherit'] })

function end(): void {
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref()
}

process.stdin.resume()
process.stdin.on('end', end)
process.stdin.on('error', end)
process.on('SIGTERM', end)
process.on('SIGINT', end)
child.once('error', () => process.exit(127))
child.once('exit', (code) => process.exit(code ?? 1))
