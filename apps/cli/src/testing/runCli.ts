import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The file that the launcher runs. */
export const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** How a command ended and what it wrote. */
export type Ran = { status: number | null; stdout: string; stderr: string }

type Options = { cwd?: string; env?: Readonly<Record<string, string>> }

/** Runs the command line and waits for its end. */
export function runCli(args: readonly string[], { cwd, env }: Options = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  return { status, stdout, stderr }
}

/** Runs the command line beside others. */
export function startCli(args: readonly string[], { cwd, env }: Options = {}): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  return new Promise((done) => child.once('close', (status) => done({ status, stdout, stderr })))
}

/** The object in the last line of what a command wrote. */
export function lastJson(text: string): Record<string, unknown> {
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>
}
