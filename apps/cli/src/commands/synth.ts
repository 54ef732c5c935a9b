import { existsSync, readFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Patient } from '@ambrosia/health/Generator'
import { type Command, Option } from 'commander'
import { writeNamed } from '../namedFiles.ts'
import { day, wholeNumber } from '../options.ts'
import { printJson, progress, UsageError, wantsJson } from '../output.ts'
import { privateFolder } from '../privateFolder.ts'

type Options = {
  seed: number
  count: number
  resources?: number
  condition?: string
  age?: number
  sex?: 'female' | 'male'
  asOf?: Date
  out?: string
  ndjson?: boolean
  force: boolean
  conditions?: boolean
}

const number = wholeNumber(0, 999_999_999_999_999)

/** `ambrosia synth`: synthetic patients, the same for the same seed. */
export function define(synth: Command): void {
  synth
    .option('--seed <n>', 'one seed is one population', number, 1)
    .option('--count <n>', 'patients', wholeNumber(1, 1_000_000), 1)
    .option(
      '--resources <n>',
      'exactly this many resources a patient, 50 to 5000; default: what the history has',
      wholeNumber(50, 5000),
    )
    .option(
      '--condition <code>',
      'a condition that every patient has: name, SNOMED CT or ICD-10-CM code',
    )
    .option('--age <years>', 'completed years of age', wholeNumber(0, 105))
    .addOption(new Option('--sex <sex>', 'sex of every patient').choices(['female', 'male']))
    .option(
      '--as-of <date>',
      'nothing in the record is later; default: the first of January of this year',
      day,
    )
    .option('--out <dir>', 'folder to write to; without it the text goes to standard output')
    .option('--force', 'write over files that exist and hold something else', false)
    .option('--ndjson', 'bulk export: one file for each resource type, one resource a line')
    .option('--conditions', 'list the conditions that can be asked for')
    .addHelpText(
      'after',
      `
Examples:
  ambrosia synth --seed 1 > patient.json
  ambrosia synth --seed 1 --condition diabetes --resources 231 --out sample
  ambrosia synth --seed 7 --count 1000 --as-of 2026-01-01 --out population
  ambrosia synth --seed 7 --count 1000 --ndjson --out bulk
  ambrosia synth --conditions`,
    )
    .action(async (options: Options, command: Command) => {
      const json = wantsJson(command)
      if (options.conditions === true) await list(json)
      else await run(options, json)
    })
}

async function list(json: boolean): Promise<void> {
  const { conditions } = await import('@ambrosia/health/Generator')
  if (json) return printJson({ ok: true, conditions: conditions() })
  for (const { name, snomed, icd10, display } of conditions()) {
    process.stdout.write(`${name.padEnd(20)}${snomed.padEnd(12)}${icd10.padEnd(9)}${display}\n`)
  }
}

async function run(options: Options, json: boolean): Promise<void> {
  const { count } = options
  if (options.out === undefined && json) {
    throw new UsageError(
      '--json needs --out',
      'The patients take standard output; name a folder with --out.',
    )
  }
  if (options.out === undefined && count > 1 && options.ndjson !== true) {
    throw new UsageError(
      'several patients need --out',
      'Name a folder with --out, or write lines with --ndjson.',
    )
  }
  const Generator = await import('@ambrosia/health/Generator')
  const patients = Generator.population({
    seed: options.seed,
    count,
    asOf: options.asOf ?? new Date(Date.UTC(new Date().getUTCFullYear(), 0, 1)),
    ...(options.resources === undefined ? {} : { resources: options.resources }),
    ...(options.condition === undefined ? {} : { condition: options.condition }),
    ...(options.age === undefined ? {} : { ageYears: options.age }),
    ...(options.sex === undefined ? {} : { sex: options.sex }),
  })
  const { stringify } = await import('@ambrosia/primitives/CanonicalJson')
  const write = await createWriter(options, stringify)
  const totals = { patients: 0, resources: 0 }
  const first: Patient['summary'][] = []
  for (const patient of patients) {
    await write.patient(patient, totals.patients)
    totals.patients++
    totals.resources += patient.summary.resourceCount
    if (first.length < 20) first.push(patient.summary)
    if (totals.patients % 100 === 0 && totals.patients < count) {
      progress(`made ${totals.patients} of ${count} patients`)
    }
  }
  const files = await write.end()
  for (const summary of first.slice(0, 5)) progress(describe(summary))
  if (count > 5) progress(`and ${count - 5} more`)
  if (json) printJson({ ok: true, ...totals, files, summaries: first })
  else if (options.out !== undefined) {
    process.stdout.write(
      `${totals.patients} ${totals.patients === 1 ? 'patient' : 'patients'}, ${totals.resources} resources in ${options.out}\n`,
    )
  }
}

function describe({
  ageYears,
  sex,
  deceased,
  conditions,
  resourceCount,
}: Patient['summary']): string {
  const health = conditions.length === 0 ? 'no long-lasting condition' : conditions.join(', ')
  return `synthetic, ${sex}, ${deceased ? 'died at ' : ''}${ageYears} years, ${health}, ${resourceCount} resources`
}

type Writer = { patient(patient: Patient, index: number): Promise<void>; end(): Promise<number> }

async function createWriter(
  { out, ndjson, force }: Options,
  stringify: (value: unknown) => string,
): Promise<Writer> {
  if (out !== undefined) privateFolder(out)
  const opened = new Set<string>()
  return {
    async patient(patient, index) {
      if (ndjson !== true) {
        const text = `${stringify(patient.bundle)}\n`
        const name = `patient-${String(index).padStart(5, '0')}.json`
        opened.add(name)
        if (out === undefined) await print(text)
        else writeNew(join(out, name), text, force)
        return
      }
      const lines = new Map<string, string[]>()
      for (const { type, value } of relative(patient)) {
        const list = lines.get(type) ?? []
        list.push(`${stringify(value)}\n`)
        lines.set(type, list)
      }
      for (const [type, texts] of lines) {
        const name = `${type}.ndjson`
        if (out === undefined) await print(texts.join(''))
        else if (opened.has(name)) await appendFile(join(out, name), texts.join(''))
        else writeNamed(join(out, name), texts.join(''), { over: force })
        opened.add(name)
      }
    },
    end: async () => opened.size,
  }
}

/** Writes a file; one that holds the same already is left, so that a second run is no error. */
function writeNew(path: string, text: string, over: boolean): void {
  const isSame = existsSync(path) && readFileSync(path, 'utf8') === text
  if (!isSame) writeNamed(path, text, { over })
}

/** The resources of a patient with references as a bulk export has them, `Type/id`. */
function relative(patient: Patient): { type: string; value: unknown }[] {
  const types = new Map(
    patient.resources.map(({ type, id }) => [`urn:uuid:${id}`, `${type}/${id}`]),
  )
  const turn = (value: unknown): unknown => {
    if (typeof value === 'string') return types.get(value) ?? value
    if (Array.isArray(value)) return value.map(turn)
    if (value === null || typeof value !== 'object' || !isPlain(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, turn(member)]))
  }
  return patient.resources.map(({ type, value }) => ({ type, value: turn(value) }))
}

/** False for a number token, which must reach the file as it is. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
