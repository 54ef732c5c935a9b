import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { readNamed } from '../../namedFiles.ts'
import { UsageError } from '../../output.ts'

/** A Bundle to issue: where it stands, for whoever looks at the screen, and its bytes. */
export type Item = { position: number; source: string; read: () => Uint8Array }

/** Bundles of a folder of .json files, or of an NDJSON file with one Bundle a line. */
export type Bundles = {
  /** How many there are, where that is known before they are read. */
  total?: number
  items: AsyncGenerator<Item>
}

/** @throws Cli.Usage where there is no such file or folder, or nothing in it */
export function bundlesOf(path: string): Bundles {
  if (!existsSync(path))
    throw new UsageError(`there is no file or folder ${path}`, 'Check its name.')
  if (!statSync(path).isDirectory()) {
    if (!path.endsWith('.ndjson'))
      throw new UsageError(
        `${path} is neither a folder nor a file called .ndjson`,
        'One Bundle is issued by: ambrosia issuer issue.',
      )
    return { items: linesOf(path) }
  }
  const names = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
  if (names.length === 0)
    throw new UsageError(`${path} holds no .json file`, 'Name a folder of FHIR R4 Bundles.')
  return { total: names.length, items: filesOf(path, names) }
}

async function* filesOf(folder: string, names: readonly string[]): AsyncGenerator<Item> {
  for (const [index, name] of names.entries())
    yield { position: index + 1, source: name, read: () => readNamed(join(folder, name)) }
}

/** One line at a time: the file may be larger than the memory. */
async function* linesOf(path: string): AsyncGenerator<Item> {
  let position = 0
  const input = createReadStream(path)
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      position++
      if (line.trim() === '') continue
      const source = `${basename(path)} line ${position}`
      yield { position, source, read: () => fromUtf8(line) }
    }
  } finally {
    input.destroy()
  }
}
