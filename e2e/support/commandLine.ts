import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The file that the launcher runs. */
export const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

/** How a command under `--json` ended, and the object that it printed. */
export type Answer = { status: number | null; json: Record<string, unknown> }

/** How a command ended, and what it printed for a person. */
export type Words = { status: number | null; stdout: string; stderr: string }

/** A command in a home, without a terminal to ask at. */
export async function runWords(home: string, ...args: string[]): Promise<Words> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, AMBROSIA_HOME: home, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (part) => {
    stdout += part
  })
  child.stderr.on('data', (part) => {
    stderr += part
  })
  const status = await new Promise<number | null>((done) => child.once('close', done))
  return { status, stdout, stderr }
}

/** A command in a home, under `--json`. */
export async function runJson(home: string, ...args: string[]): Promise<Answer> {
  const { status, stdout } = await runWords(home, '--json', ...args)
  const json = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Answer['json']
  return { status, json }
}

/** The code of a refusal. */
export function codeOf({ json }: Answer): unknown {
  return (json['error'] as { code: string } | undefined)?.code
}
