import { createReadStream, existsSync, lstatSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Place } from './Place.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * Every file at or below a path: logs, blobs, databases as the bytes they are. Named relative to
 * `root`.
 */
export function* filePlaces(path: string, root: string): Generator<Place> {
  for (const file of filesBelow(path)) {
    yield {
      name: relative(root, file),
      read: (start) => createReadStream(file, { start, highWaterMark: CHUNK_BYTES }),
    }
  }
}

/**
 * Files at or below a path; what is neither file nor folder, such as a socket or a link, holds no
 * bytes of its own.
 */
export function filesBelow(path: string): string[] {
  if (!existsSync(path)) return []
  const stats = lstatSync(path)
  if (stats.isFile()) return [path]
  if (!stats.isDirectory()) return []
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}
