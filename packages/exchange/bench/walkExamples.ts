/**
 * Takes every example of a folder of FHIR R4 resources the whole way
 * (src/testing/record/walkRecord.ts), and prints how far they came and what broke. The examples are
 * not kept here; those of HL7 are the npm package hl7.fhir.r4.examples, unpacked anywhere:
 *
 *   node packages/exchange/bench/walkExamples.ts FOLDER [--rounds 2] [--seed 0] [--file NAME]
 *
 * In the first round they are as published; from the second on they are changed at random.
 */
import { parseArgs } from 'node:util'
import { createChance } from '../src/testing/record/Chance.ts'
import { changed } from '../src/testing/record/changed.ts'
import { envelope } from '../src/testing/record/envelopes.ts'
import { exampleFiles, exampleRecord } from '../src/testing/record/exampleRecords.ts'
import { walkRecord } from '../src/testing/record/walkRecord.ts'

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '0' },
    file: { type: 'string' },
  },
  allowPositionals: true,
})
const [folder] = positionals
if (folder === undefined) throw new Error('usage: walkExamples.ts FOLDER [--rounds N] [--seed S]')

const asOf = new Date('2026-06-01T00:00:00Z')
const files = exampleFiles(folder).filter((one) => [undefined, one].includes(values.file))
const counts = { tried: 0, valid: 0, claims: 0, kept: 0, sold: 0, broken: 0 }
const refusals = new Map<string, number>()
for (let round = 0; round < Number(values.rounds); round++)
  for (const file of files) walk(file, round)
const lines = [...Object.entries(counts), ...refusals].map(([what, count]) => `${count}\t${what}`)
process.stdout.write(`${lines.join('\n')}\n`)
process.exitCode = counts.broken === 0 ? 0 : 1

function walk(file: string, round: number): void {
  const chance = createChance(Number(values.seed) + round * 10_000 + counts.tried)
  const changes: string[] = []
  const entries = exampleRecord(folder as string, file)
  const entry = entries.map((one) =>
    round === 0 ? one : changed(one, chance.below(3), { chance, changes }),
  )
  const { bytes, gone, kind } = envelope(entry, chance)
  counts.tried++
  try {
    const { refused, isValid, claims, kept, sold } = walkRecord(bytes, { chance, asOf, gone })
    if (refused !== undefined) refusals.set(refused, (refusals.get(refused) ?? 0) + 1)
    counts.valid += Number(isValid)
    counts.claims += claims
    counts.kept += kept
    counts.sold += sold
  } catch (error) {
    counts.broken++
    const text = String(error instanceof Error ? error.message : error).slice(0, 600)
    process.stdout.write(`${file} (${kind}; ${changes.join(', ')}): ${text}\n`)
  }
}
