import { readFileSync, writeFileSync } from 'node:fs'
import { UsageError } from './output.ts'

/** The bytes of a file that the caller named. @throws Cli.Usage naming the file */
export function readNamed(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${reasonOf(error)}`,
      'Check the name of the file.',
    )
  }
}

/** The text of a file that the caller named. @throws Cli.Usage */
export function readNamedText(path: string): string {
  return new TextDecoder().decode(readNamed(path))
}

/** The JSON of a file that the caller named. @throws Cli.Usage naming the file, never what stands in it */
export function readNamedJson(path: string): unknown {
  const text = readNamedText(path)
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${path} is not JSON`, 'Check that it is the file you mean.')
  }
}

/** Writes a file that the caller named, readable by its owner alone. @throws Cli.Usage */
export function writeNamed(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 })
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${reasonOf(error)}`, 'Name another file.')
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
}

/** Why a call of the system failed, in words. */
export function reasonOf(error: unknown): string {
  const { code = 'unknown' } = error as { code?: string }
  return REASONS[code] ?? code
}
