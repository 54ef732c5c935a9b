import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { MoveStore } from '../Player.ts'

/** Moves as files of a folder, each whole or not there, on the disk before it is sent. */
export function moveFiles(folder: string): MoveStore {
  return {
    read: (key) =>
      readFile(join(folder, key), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return undefined
      }),
    write: async (key, text) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const draft = join(folder, `${randomUUID()}.draft`)
      const file = await open(draft, 'wx', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, join(folder, key))
    },
  }
}
