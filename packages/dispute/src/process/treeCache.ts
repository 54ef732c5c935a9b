import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { TreeCache } from '@ambrosia/machine/Commitment'

/** Trees of programs as files of the cache folder (AMBROSIA_CACHE, default ~/.cache/ambrosia). */
export function treeCache(): TreeCache {
  const home = process.env['AMBROSIA_CACHE'] ?? join(homedir(), '.cache', 'ambrosia')
  const folder = join(home, 'machine')
  return {
    read: (name) =>
      readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return undefined
      }),
    // Two runs may write at the same time; each writes a file of its own and the rename is atomic.
    write: async (name, bytes) => {
      await mkdir(folder, { recursive: true })
      const draft = join(folder, `${randomUUID()}.tmp`)
      await writeFile(draft, bytes)
      await rename(draft, join(folder, name))
    },
  }
}
