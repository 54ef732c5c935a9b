/**
 * The guest program that assertions are claims about: its file and id. Computes and keeps the trees
 * of its code and memory, which takes a minute or two once, before several nodes would at the same
 * time.
 *
 *   node guest.ts
 */
import { readFile } from 'node:fs/promises'
import { programIdOf } from '@ambrosia/dispute/process/programIdOf'
import { toPlain } from '@ambrosia/primitives/Errors'
import { guestProgram } from '../disputes/guestProgram.ts'

try {
  const file = await guestProgram()
  const programId = await programIdOf(new Uint8Array(await readFile(file)))
  process.stdout.write(`${JSON.stringify({ version: 1, ok: true, file, programId })}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ version: 1, ok: false, error: toPlain(error) })}\n`)
  process.exitCode = 1
}
// Hashing threads would keep the process alive.
process.stdout.write('', () => process.exit())
