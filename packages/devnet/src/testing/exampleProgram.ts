import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Program, serviceUrl } from '../Program.ts'

/** The example program as a description; `folder` holds the files that make it ill or broken. */
export function exampleProgram(folder: string, changes: Partial<Program> = {}): Program {
  return {
    name: 'example',
    run: { node: fileURLToPath(new URL('exampleProgram.mjs', import.meta.url)) },
    env: { EXAMPLE_ILL: join(folder, 'ill'), EXAMPLE_BROKEN: join(folder, 'broken') },
    readyUrl: serviceUrl,
    restart: 'always',
    ...changes,
  }
}

export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
