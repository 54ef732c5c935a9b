import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as InputPackage from '@ambrosia/dispute/InputPackage'
import type { Hex } from '@ambrosia/primitives/Bytes'

/** Packages of claims that this node made or signed for, by their input roots. They are private. */
export type Packages = {
  bytes(inputRoot: Hex): Promise<Uint8Array | undefined>
  get(inputRoot: Hex): Promise<InputPackage.InputPackage | undefined>
  /** Keeps a package; it is on the disk when this resolves. */
  put(inputRoot: Hex, pack: InputPackage.InputPackage): Promise<void>
}

export function createPackages(folder: string): Packages {
  const pathOf = (inputRoot: Hex) => join(folder, `${inputRoot}.package`)
  const bytes = async (inputRoot: Hex) => {
    try {
      return new Uint8Array(await readFile(pathOf(inputRoot)))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    bytes,
    async get(inputRoot) {
      const found = await bytes(inputRoot)
      return found && InputPackage.fromBytes(found)
    },
    async put(inputRoot, pack) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const draft = join(folder, `${randomUUID()}.draft`)
      const file = await open(draft, 'wx', 0o600)
      try {
        await file.writeFile(InputPackage.toBytes(pack))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, pathOf(inputRoot))
    },
  }
}
