import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Makes a document anew and writes it; with --check on the command line writes nothing and fails
 * when it would differ. A document that does not exist yet is made from an empty text.
 */
export async function writeOrCheck(
  root: string,
  document: string,
  make: (text: string) => string | Promise<string>,
): Promise<void> {
  const path = join(root, document)
  const before = await readFile(path, 'utf8').catch(() => '')
  const after = await make(before)
  if (before === after) return
  if (!process.argv.includes('--check')) return await writeFile(path, after)
  process.stderr.write(`${document} is out of date\n`)
  process.exitCode = 1
}
