import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The folder of the node's own commands, each a program. */
const COMMANDS = new URL('../../../../node/src/commands/', import.meta.url)

/** Runs a command of the node with our streams; its exit code becomes ours. */
export async function runNode(command: string, args: readonly string[]): Promise<void> {
  const path = fileURLToPath(new URL(`${command}.ts`, COMMANDS))
  const child = spawn(process.execPath, [path, ...args], { stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)),
    )
  })
}
