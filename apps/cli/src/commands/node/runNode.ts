import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The folder of the node's sources; its commands are programs of their own. */
const SOURCES = new URL('../../../../node/src/', import.meta.url)

/** Runs a command of the node, or the node itself, with our streams; its exit code becomes ours. */
export async function runNode(
  command: 'account' | 'engines' | 'import' | 'main',
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  const file = command === 'main' ? 'main.ts' : `commands/${command}.ts`
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, SOURCES)), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  // A terminal tells both of Ctrl-C, anybody else only us; the child ends in its own time, and we
  // after it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.exitCode = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)),
    )
  })
}
