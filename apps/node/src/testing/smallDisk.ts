// A disk of a few MiB that a test fills: a mount in a name space of its own, which ends with the
// test.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'

export type SmallDisk = {
  /** Where the disk is for what runs on it. */
  folder: string
  /** The same from outside. */
  outside: string
  /** Starts a program that sees the disk. */
  run(file: string, env: Readonly<Record<string, string>>): ChildProcess
  fill(): void
  clear(): void
}

const PIECE = new Uint8Array(4096)

/** False, or why no disk can be mounted here. */
export function noDiskHere(): string | false {
  const probe = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
  if (probe.status === 0) return false
  return `a small disk cannot be mounted here: ${probe.stderr ?? probe.error?.message}`
}

export async function mountDisk(t: Ending, mebibytes: number): Promise<SmallDisk> {
  const folder = useFolder(t)
  const mount = `mount -t tmpfs -o size=${mebibytes}m tmpfs "$0" && echo mounted && exec cat`
  // Ends when its input does, and the disk with it.
  const holder = spawn('unshare', ['-rm', 'sh', '-c', mount, folder])
  defer(t, () => void holder.stdin.end())
  await once(holder.stdout, 'data')
  const pid = String(holder.pid)
  const outside = join('/proc', pid, 'root', folder)
  const filler = join(outside, 'filler')
  return {
    folder,
    outside,
    run(file, env) {
      const enter = ['-t', pid, '-U', '-m', '--preserve-credentials', process.execPath, file]
      return spawn('nsenter', enter, { env: { ...process.env, ...env } })
    },
    fill() {
      const handle = openSync(filler, 'a')
      try {
        for (;;) writeSync(handle, PIECE)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(handle)
      }
    },
    clear: () => rmSync(filler),
  }
}
