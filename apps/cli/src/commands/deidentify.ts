import { createHmac, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rm } from 'node:fs/promises'
import type { Resource } from '@ambrosia/health/Resource'
import type { Finding, Report } from '@ambrosia/health/SafeHarbor'
import type { Command } from 'commander'
import { assertFree, placeNamed, reasonOf, writeNamed } from '../namedFiles.ts'
import { day } from '../options.ts'
import { printJson, progress, RefusedError, UsageError, wantsJson } from '../output.ts'

type Options = {
  out?: string
  report?: string
  key?: string
  asOf?: Date
  check?: boolean
  force: boolean
}

/** Findings that are kept to be shown. */
const SHOWN = 1000
/** Resources of a bulk export that are in memory at one time. */
const BATCH = 500

/** `ambrosia deidentify`: the Safe Harbor form of records, or a check that records are in it. */
export function define(deidentify: Command): void {
  deidentify
    .argument('<files...>', 'FHIR R4 Bundles or resources (.json), bulk exports (.ndjson); .gz too')
    .option(
      '--out <file>',
      'file to write: a Bundle, or NDJSON where the name ends in .ndjson; default: standard output',
    )
    .option('--report <file>', 'report to write (JSON): rule, path and count, never a value')
    .option(
      '--key <file>',
      'secret of 32 bytes or more for new ids; default: a fresh one, which is forgotten',
    )
    .option('--as-of <date>', 'day that ages over 89 count from; default today', day)
    .option('--force', 'write over files that exist', false)
    .option('--check', 'change nothing: refuse files that are not in Safe Harbor form')
    .addHelpText(
      'after',
      `
All files are one record: references between them stay whole. With the same --key a resource gets the
same new id in a later run; keep the key as secret as the record.

Examples:
  ambrosia deidentify record.json --out safe.json --report report.json
  ambrosia deidentify Patient.ndjson Observation.ndjson --out safe.ndjson
  ambrosia deidentify --check safe.json`,
    )
    .action(async (files: string[], options: Options, command: Command) => {
      const json = wantsJson(command)
      const asOf = options.asOf ?? new Date()
      const source = await openSource(files)
      if (options.check === true) await checkOnly(source, asOf, json)
      else await run(source, asOf, options, json)
    })
}

async function checkOnly(source: Source, asOf: Date, json: boolean): Promise<void> {
  const { createChecker } = await import('@ambrosia/health/SafeHarbor')
  const checker = createChecker({ asOf })
  const findings: Finding[] = []
  let places = 0
  let count = 0
  for await (const batch of source.batches()) for (const resource of batch) checker.add(resource)
  for await (const batch of source.batches()) {
    for (const resource of batch) {
      const found = checker.check(resource, count)
      findings.push(...found.slice(0, Math.max(0, SHOWN - findings.length)))
      places += found.length
      count++
    }
  }
  if (json) printJson({ ok: places === 0, resources: count, places, findings })
  else for (const line of findingLines(findings)) process.stdout.write(`${line}\n`)
  if (places > 0) {
    throw new RefusedError(
      'SafeHarbor.NotClean',
      `${places} places are not in Safe Harbor form`,
      'Run ambrosia deidentify FILE --out safe.json and check that file.',
    )
  }
  if (!json) process.stdout.write(`clean: ${count} resources\n`)
}

/** Places by path and rule, the most frequent first. */
function findingLines(findings: readonly Finding[]): string[] {
  const counts = new Map<string, number>()
  for (const { path, rule } of findings) {
    const key = `${rule.padEnd(12)}${path}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const rows = [...counts].sort((a, b) => b[1] - a[1])
  return rows.slice(0, 50).map(([key, count]) => `${String(count).padStart(6)}  ${key}`)
}

async function run(source: Source, asOf: Date, options: Options, json: boolean): Promise<void> {
  if (options.out === undefined && json) {
    throw new UsageError(
      '--json needs --out',
      'The record takes standard output; name a file with --out.',
    )
  }
  for (const path of [options.out, options.report])
    if (path !== undefined) assertFree(path, { over: options.force })
  const SafeHarbor = await import('@ambrosia/health/SafeHarbor')
  const rekey = createRekey(await keyOf(options.key))
  const ndjson = options.out?.endsWith('.ndjson') === true
  const references = ndjson ? 'relative' : 'urn:uuid'
  const session = SafeHarbor.createSession({ rekey, asOf, references })
  let read = 0
  for await (const batch of source.batches()) {
    for (const resource of batch) session.add(resource)
    read += batch.length
  }
  progress(`read ${read} resources`)
  const output = await createOutput(options, ndjson)
  let written = 0
  try {
    for await (const batch of source.batches()) {
      const safe = batch.map(session.clean).filter((one) => one !== undefined)
      await output.add(safe)
      written += safe.length
    }
  } catch (error) {
    await output.discard()
    throw error
  }
  await output.end()
  const report = session.report()
  if (options.report !== undefined) {
    const text = JSON.stringify(reportFile(SafeHarbor.RULES, report, asOf), null, 2)
    writeNamed(options.report, `${text}\n`, { over: options.force })
  }
  progress(`removed or generalised ${report.removed} values, kept ${report.kept}`)
  for (const { type, count } of report.resourcesDropped) progress(`dropped ${count} ${type}`)
  if (json) printJson({ ok: true, read, written, ...report })
}

type Output = {
  add(resources: readonly Resource[]): Promise<void>
  end(): Promise<void>
  discard(): Promise<void>
}

/** Lines are written as they come, under another name until all are clean; a Bundle at the end. */
async function createOutput({ out, force }: Options, ndjson: boolean): Promise<Output> {
  const Bundle = await import('@ambrosia/health/Bundle')
  if (out === undefined || !ndjson) {
    const all: Resource[] = []
    return {
      async add(resources) {
        for (const resource of resources) all.push(resource)
      },
      async end() {
        const bytes = Bundle.write(all)
        Bundle.assertReadable(bytes, all)
        if (out !== undefined) writeNamed(out, bytes, { over: force })
        else process.stdout.write(bytes)
      },
      async discard() {},
    }
  }
  const part = `${out}.${process.pid}.part`
  const file = await orUnwritten(out, () => open(part, 'wx', 0o600))
  return {
    async add(resources) {
      const bytes = Bundle.writeNdjson(resources)
      Bundle.assertLinesReadable(bytes, resources)
      await orUnwritten(out, () => file.writeFile(bytes))
    },
    async end() {
      try {
        await orUnwritten(out, () => file.sync())
        await orUnwritten(out, async () => placeNamed(part, out, { over: force }))
      } finally {
        await file.close()
        await rm(part, { force: true })
      }
    },
    async discard() {
      await file.close()
      await rm(part, { force: true })
    },
  }
}

/** A disk that takes no more is told with the file's name. @throws Cli.Usage */
async function orUnwritten<T>(out: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw new UsageError(`${out} cannot be written: ${reasonOf(error)}`, 'Name another file.')
  }
}

/** What a privacy officer signs. */
function reportFile(rules: Readonly<Record<string, string>>, report: Report, asOf: Date): object {
  return {
    method: 'Safe Harbor, 45 CFR 164.514(b)(2)',
    asOf: asOf.toISOString().slice(0, 10),
    legend: rules,
    ...report,
  }
}

/** New ids as UUIDs of version 8 from HMAC-SHA-256 (RFC 9562, 5.8). */
function createRekey(key: Uint8Array): (type: string, id: string) => string {
  return (type, id) => {
    const hex = createHmac('sha256', key).update(`${type}/${id}`).digest('hex')
    const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3]
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
}

async function keyOf(file: string | undefined): Promise<Uint8Array> {
  if (file === undefined) return randomBytes(32)
  const key = await orExplain(file, () => readFile(file))
  if (key.length < 32)
    throw new UsageError('--key holds fewer than 32 bytes', 'Make one: openssl rand -out key 32')
  return key
}

type Source = { batches(): AsyncIterable<Resource[]> }

/**
 * Resources of the files, as often as they are asked for: bulk exports line by line, others from
 * memory as one batch.
 */
async function openSource(files: string[]): Promise<Source> {
  const Bundle = await import('@ambrosia/health/Bundle')
  const isBulk = (file: string): boolean => /\.ndjson(?:\.gz)?$/.test(file)
  const read: Resource[] = []
  for (const file of files.filter((one) => !isBulk(one))) {
    const own = await orExplain(file, async () => Bundle.readResources(await readFile(file)))
    for (const resource of own) read.push(resource)
  }
  const inMemory = Bundle.merge(read)
  return {
    async *batches() {
      if (inMemory.length > 0) yield inMemory
      for (const [position, file] of files.filter(isBulk).entries()) {
        const lines = Bundle.readNdjson(createReadStream(file), `${position}`)
        for (let ended = false; !ended; ) {
          const batch: Resource[] = []
          while (!ended && batch.length < BATCH) {
            const next = await orExplain(file, () => lines.next())
            if (next.done === true) ended = true
            else batch.push(next.value)
          }
          if (batch.length > 0) yield batch
        }
      }
    },
  }
}

/** Names the file of a failure; errors of the system become a wrong use of the command line. */
async function orExplain<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') {
      throw new UsageError(`can't read ${file}`, 'Check the path; folders are not read.')
    }
    progress(`in ${file}:`)
    throw error
  }
}
