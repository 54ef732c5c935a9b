import { randomUUID } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type BlobStore,
  FullError,
  limited,
  NotFoundError,
  type PutOptions,
} from '@ambrosia/sealing/BlobStore'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import { isDiskFull } from '@ambrosia/service/files'
import * as KillPoint from '@ambrosia/service/KillPoint'

/**
 * Blobs as files: `<folder>/<last two characters>/<cid>`. A blob is written beside, flushed, and
 * renamed into its place, so a file under its address is whole and right; what a crash leaves lies
 * in `incoming` and is removed at the next start.
 */
export class FileBlobStore implements BlobStore {
  private readonly folder: string
  private readonly incoming: string

  /** One process owns a folder. */
  constructor(folder: string) {
    this.folder = folder
    this.incoming = join(folder, 'incoming')
    mkdirSync(this.incoming, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(this.incoming))
      rmSync(join(this.incoming, name), { force: true })
  }

  async put(
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { expectedCid, maximumSizeBytes = Number.POSITIVE_INFINITY }: PutOptions = {},
  ): Promise<{ cid: ContentAddress.ContentAddress; sizeBytes: number }> {
    if (expectedCid !== undefined) ContentAddress.assert(expectedCid)
    const temporary = join(this.incoming, randomUUID())
    const file = await open(temporary, 'wx', 0o600)
    try {
      const stored = await ContentAddress.fromBytes(
        writing(limited(content, maximumSizeBytes), async (part) => {
          await file.writeFile(part)
        }),
      )
      if (expectedCid !== undefined && stored.cid !== expectedCid) {
        throw new ContentAddress.MismatchError(expectedCid, stored.cid)
      }
      await file.sync()
      await file.close()
      KillPoint.reach('blob.beside')
      await this.place(temporary, this.pathOf(stored.cid))
      return stored
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(temporary, { force: true })
      throw isDiskFull(error) ? new FullError(error) : error
    }
  }

  async *get(cid: ContentAddress.ContentAddress): AsyncGenerator<Uint8Array> {
    const path = this.pathOf(cid)
    if (!(await this.has(cid))) throw new NotFoundError(cid)
    for await (const part of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      yield part as Uint8Array
    }
  }

  async has(cid: ContentAddress.ContentAddress): Promise<boolean> {
    return access(this.pathOf(cid)).then(
      () => true,
      () => false,
    )
  }

  async delete(cid: ContentAddress.ContentAddress): Promise<void> {
    await rm(this.pathOf(cid), { force: true })
    KillPoint.reach('blob.deleted')
  }

  /** Size of a blob, bytes. @throws BlobStore.NotFound */
  async sizeOf(cid: ContentAddress.ContentAddress): Promise<number> {
    const found = await stat(this.pathOf(cid)).catch(() => undefined)
    if (!found) throw new NotFoundError(cid)
    return found.size
  }

  /** Every address kept here. */
  async *list(): AsyncGenerator<ContentAddress.ContentAddress> {
    for (const folder of await readdir(this.folder)) {
      if (folder.length !== 2) continue
      for (const name of await readdir(join(this.folder, folder))) yield ContentAddress.assert(name)
    }
  }

  /** Only an address becomes a path: it has no separators and no dots. */
  private pathOf(cid: ContentAddress.ContentAddress): string {
    const name = ContentAddress.assert(cid)
    return join(this.folder, name.slice(-2), name)
  }

  private async place(from: string, to: string): Promise<void> {
    const folder = dirname(to)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(from, to)
    // The rename itself lasts only once its folder is flushed.
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  }
}

async function* writing(
  content: AsyncIterable<Uint8Array>,
  write: (part: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const part of content) {
    await write(part)
    yield part
  }
}
