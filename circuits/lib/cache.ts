import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where compiled circuits and development keys are kept, unless another place is given. */
export function defaultCacheDir(): string {
  return join(process.env['AMBROSIA_CACHE'] ?? join(homedir(), '.cache', 'ambrosia'), 'circuits')
}

/**
 * A folder that exists whole or not at all: `fill` writes into a draft beside it, which is renamed
 * when done. Two runs at the same time both fill; the first to finish wins.
 */
export async function ensureFolder(
  folder: string,
  fill: (draft: string) => Promise<void>,
): Promise<boolean> {
  if (existsSync(folder)) return false
  const draft = join(dirname(folder), `.${randomUUID()}`)
  await mkdir(draft, { recursive: true })
  try {
    await fill(draft)
    await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return true
}
