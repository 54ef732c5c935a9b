import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file beside its name and renames it: a crash or a full disk leaves the old content or
 * the new, nothing cut.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${process.pid}.part`
  try {
    writeFileSync(beside, content, { mode: 0o600, flush: true })
    renameSync(beside, path)
  } finally {
    rmSync(beside, { force: true })
  }
}
