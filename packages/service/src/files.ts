import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import * as KillPoint from './KillPoint.ts'

/**
 * Replaces a file as a whole: whoever reads it, also after a crash, sees the old or the new
 * content.
 */
export function writeFileAtomically(path: string, content: Uint8Array, mode: number): void {
  const temporary = writeBeside(path, content, mode)
  KillPoint.reach(`file.${basename(path)}.beside`)
  renameSync(temporary, path)
  flushFolder(path)
  KillPoint.reach(`file.${basename(path)}.written`)
}

/** Writes a file unless it exists; of several processes one wins, and none sees half a file. */
export function writeFileOnce(path: string, content: Uint8Array, mode: number): void {
  const temporary = writeBeside(path, content, mode)
  KillPoint.reach(`file.${basename(path)}.beside`)
  try {
    linkSync(temporary, path)
    flushFolder(path)
    KillPoint.reach(`file.${basename(path)}.linked`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

function writeBeside(path: string, content: Uint8Array, mode: number): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomUUID()}`
  const file = openSync(temporary, 'wx', mode)
  try {
    // Writes all of it, however little the disk takes at a time.
    writeFileSync(file, content)
    fsyncSync(file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  return temporary
}

function flushFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
