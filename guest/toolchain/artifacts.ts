import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `guest/artifacts.json`: what every build must come out as, and what the overlay was written
 * against.
 */
export type Artifacts = {
  toolchain: string
  /** sha256 and size of each program's ELF file, stripped. */
  programs: Record<string, { sha256: string; sizeBytes: number }>
  /** sha256 of the files of the Go distribution that the overlay changes. */
  standardOriginals: Record<string, string>
  /** sha256 of the files of modules that the overlay changes. */
  moduleOriginals: Record<string, string>
}

const file = join(import.meta.dirname, '..', 'artifacts.json')

export function readArtifacts(): Artifacts {
  return JSON.parse(readFileSync(file, 'utf8')) as Artifacts
}

export function writeArtifacts(artifacts: Artifacts): void {
  writeFileSync(file, `${JSON.stringify(artifacts, null, 2)}\n`)
}
