import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
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

/**
 * The JSON of a file that the caller named.
 * @throws Cli.Usage naming the file, never what stands in it
 */
export function readNamedJson(path: string): unknown {
  const text = readNamedText(path)
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${path} is not JSON`, 'Check that it is the file you mean.')
  }
}

/**
 * Refuses a file that exists, so that nothing is overwritten in silence; before any work that would
 * be lost by it.
 * @throws Cli.Usage
 */
export function assertFree(path: string, { over = false }: { over?: boolean } = {}): void {
  if (!over && existsSync(path))
    throw new UsageError(`${path} exists already`, 'Name another file, or add --force.')
}

/**
 * Writes a file that the caller named, readable by its owner alone: beside it first and then under
 * its name, so that a full disk leaves nothing cut. A file that exists is refused unless `over`.
 * @throws Cli.Usage
 */
export function writeNamed(
  path: string,
  content: string | Uint8Array,
  { over = false }: { over?: boolean } = {},
): void {
  const beside = `${path}.${process.pid}.part`
  try {
    writeFileSync(beside, content, { mode: 0o600, flag: 'wx', flush: true })
    placeNamed(beside, path, { over })
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') assertFree(path)
    throw new UsageError(`${path} cannot be written: ${reasonOf(error)}`, 'Name another file.')
  } finally {
    rmSync(beside, { force: true })
  }
}

/** Gives what was written beside a file its name; the other name is gone or left to the caller. */
export function placeNamed(beside: string, path: string, { over }: { over: boolean }): void {
  if (over) renameSync(beside, path)
  else linkOrRename(beside, path)
}

/**
 * A link is refused where the name is taken, also by somebody who took it a moment ago; not every
 * disk has links.
 */
function linkOrRename(beside: string, path: string): void {
  try {
    linkSync(beside, path)
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error
    assertFree(path)
    renameSync(beside, path)
  }
}

/**
 * A path as a person would type it here: relative where it lies below the folder they are in, else
 * whole.
 */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'there is such a file already',
  ENOSPC: 'the disk is full',
  EFBIG: 'the disk takes no more of it',
  EROFS: 'the disk is read-only',
}

/** Why a call of the system failed, in words. */
export function reasonOf(error: unknown): string {
  const { code = 'unknown' } = error as { code?: string }
  return REASONS[code] ?? code
}

/** Runs with the file's name in front of what goes wrong. */
export async function named<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error) error.message = `${file}: ${error.message}`
    if ((error as { code?: string }).code === 'ENOENT') {
      throw new UsageError(`${file} does not exist`, 'Give the path of a FHIR R4 Bundle.')
    }
    if (error instanceof globalThis.SyntaxError) {
      throw new UsageError(`${file} is not JSON`, 'Check the file.')
    }
    throw error
  }
}
