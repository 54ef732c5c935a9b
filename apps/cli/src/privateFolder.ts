import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeNamed } from './namedFiles.ts'

/**
 * Makes a folder for what is about a person: open to its owner alone, and never taken along by git.
 * A folder that exists stays as it is.
 */
export function privateFolder(path: string): void {
  if (existsSync(path)) return
  mkdirSync(path, { recursive: true, mode: 0o700 })
  writeNamed(join(path, '.gitignore'), '*\n')
}
