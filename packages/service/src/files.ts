import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
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
  const temporary = `${path}.${process.pid}.${randomUUID()}`
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

const LEFTOVER = /\.(\d{1,10})\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Removes what writers of files in a folder left that ended before their file had its name. For the
 * start of a process, before it writes: what bears its own number is of an earlier one.
 */
export function removeLeftovers(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const pid = LEFTOVER.exec(name)?.[1]
    if (pid === undefined || isOther(Number(pid))) continue
    rmSync(join(folder, name), { force: true })
  }
}

/** Whether another process of that number is there, whoever's it is. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * True of what writing fails with, a file's or SQLite's, where the disk or a quota takes no more.
 */
export function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && DISK_FULL.has(code)
}

const DISK_FULL: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'SQLITE_FULL',
  // What SQLite makes of a quota.
  'SQLITE_IOERR_WRITE',
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_TRUNCATE',
])

function flushFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
