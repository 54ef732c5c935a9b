import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

const GUEST = join(import.meta.dirname, '../../../../guest')

/**
 * The file of the guest program that assertions are claims about: the prebuilt one of this
 * repository, unpacked once into the cache under its hash, which is compared with what the sources
 * are recorded to build as.
 * @throws Guest.Program
 */
export async function guestProgram(): Promise<string> {
  const recorded = JSON.parse(await readFile(join(GUEST, 'artifacts.json'), 'utf8'))
  const sha256 = recorded.programs.rollup.sha256 as string
  const cache = process.env['AMBROSIA_CACHE'] ?? join(homedir(), '.cache', 'ambrosia')
  const folder = join(cache, 'guest', 'prebuilt')
  const file = join(folder, `rollup-${sha256}.elf`)
  if (existsSync(file) && hash(await readFile(file)) === sha256) return file
  const elf = await promisify(brotliDecompress)(await readFile(join(GUEST, 'bin/rollup.elf.br')))
  if (hash(elf) !== sha256) throw new ProgramError()
  await mkdir(folder, { recursive: true })
  // Several nodes may unpack it at the same time; each renames a file of its own.
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, elf)
  await rename(draft, file)
  return file
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export class ProgramError extends AmbrosiaError {
  constructor() {
    super('Guest.Program', 'the prebuilt guest program is not the recorded one', {
      hint: 'Get guest/bin/rollup.elf.br again, or build it: node guest/build.ts --record rollup.',
    })
  }
}
