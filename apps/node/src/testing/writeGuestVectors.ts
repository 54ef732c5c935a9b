/**
 * Writes vectors/rollup/guest.json: inputs of guest/rollup with the digests that this node
 * takes to be true.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { guestVectors } from './guestCases.ts'

const endings: (() => void | Promise<void>)[] = []
const vectors = await guestVectors({ after: (work) => endings.unshift(work) })
const file = fileURLToPath(new URL('../../../../vectors/rollup/guest.json', import.meta.url))
writeFileSync(file, `${JSON.stringify(vectors, null, 2)}\n`)
for (const end of endings) await end()
