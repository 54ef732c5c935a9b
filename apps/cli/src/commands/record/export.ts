import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { named, writeNamed } from '../../namedFiles.ts'
import { progress, show, UsageError } from '../../output.ts'
import { privateFolder } from '../../privateFolder.ts'

const FORMATS = ['bundle', 'ndjson', 'csv', 'parquet'] as const
type Format = (typeof FORMATS)[number]

type Options = {
  out: string
  format: Format[]
  view: string[]
  title: string
  proof?: string
  proofs: boolean
  force: boolean
}

/**
 * `ambrosia record export`: delivered or own records as Bundle, NDJSON or tables, with a data set
 * card.
 */
export function define(command: Command): void {
  command
    .argument('<files...>', 'FHIR R4 Bundles, one person each; .gz too')
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--format <formats...>', `one or more of: ${FORMATS.join(', ')}`, ['csv'])
    .option('--view <files...>', 'SQL-on-FHIR ViewDefinitions instead of the built-in tables', [])
    .option('--title <text>', 'title of the data set card', 'Data set')
    .option('--proof <file>', 'proof.json of a delivery, named in the card')
    .option(
      '--proofs',
      'check the proof beside each Bundle and put both into the folder proofs; one refusal writes nothing',
      false,
    )
    .option('--force', 'write over files that exist', false)
    .addHelpText(
      'after',
      `
Examples:
  ambrosia record export .ambrosia/delivered/bundle.json --out tables
  ambrosia record export a.json b.json.gz --format csv parquet ndjson --out data
  ambrosia record export delivered/*.bundle.json --proofs --out data && ambrosia verify data/proofs
  ambrosia record export a.json --view hba1c.view.json --out data`,
    )
    .action(async (files: string[], options: Options, called: Command) => {
      const result = await run(files, options)
      show(called, result, result.files)
    })
}

async function run(
  files: string[],
  options: Options,
): Promise<{ records: number; resources: number; files: string[] }> {
  const unknown = options.format.find((format) => !FORMATS.includes(format))
  if (unknown !== undefined) {
    throw new UsageError('an unknown --format', `Use one or more of: ${FORMATS.join(', ')}.`)
  }
  const { proofsOf } = await import('./proofsOf.ts')
  const Bundle = await import('@ambrosia/health/Bundle')
  const Card = await import('@ambrosia/health/DataSetCard')
  const records = []
  for (const file of files) {
    records.push(await named(file, async () => Bundle.read(await readFile(file)).resources))
  }
  const all = records.flat()
  progress(`read ${records.length} records, ${all.length} resources`)
  const bundle = options.format.includes('bundle') ? Bundle.write(all) : undefined
  if (bundle !== undefined) Bundle.assertReadable(bundle, all)
  const deliveries = options.proofs ? await proofsOf(files) : []
  privateFolder(options.out)
  if (options.proofs) privateFolder(join(options.out, 'proofs'))
  const written: string[] = []
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    const path = join(options.out, name)
    writeNamed(path, content, { over: options.force })
    written.push(path)
  }
  for (const { recordId, bundle: delivered, proof } of deliveries) {
    const name = join('proofs', recordId.slice(2, 18))
    await write(`${name}.bundle.json`, delivered)
    await write(`${name}.proof.json`, proof)
  }
  const asOf = new Date()
  let neutralisedCells = 0
  if (bundle !== undefined) await write('bundle.json', bundle)
  if (options.format.includes('ndjson')) await write('resources.ndjson', Bundle.writeNdjson(all))
  if (options.format.includes('csv') || options.format.includes('parquet')) {
    const Export = await import('@ambrosia/health/Export')
    const views = await readViews(options.view)
    for (const table of Export.tables(records, views.length === 0 ? { asOf } : { asOf, views })) {
      if (options.format.includes('csv')) {
        neutralisedCells += Export.neutralisedCount(table)
        await write(`${table.name}.csv`, Export.toCsv(table))
      }
      if (options.format.includes('parquet')) {
        await write(`${table.name}.parquet`, Export.toParquet(table))
      }
      progress(`${table.name}: ${table.rows.length} rows`)
    }
  }
  const proof = options.proofs
    ? { folder: 'proofs', deliveries: String(deliveries.length) }
    : await proofOf(options)
  const card = Card.create({ title: options.title, records, asOf, proof, neutralisedCells })
  await write('card.json', `${JSON.stringify(card, null, 2)}\n`)
  await write('card.md', Card.toMarkdown(card))
  return { records: records.length, resources: all.length, files: written }
}

async function readViews(files: string[]) {
  const { columnsOf } = await import('@ambrosia/health/Export')
  const views = []
  for (const file of files) {
    views.push(
      await named(file, async () => {
        const view = JSON.parse(await readFile(file, 'utf8')) as Parameters<typeof columnsOf>[0]
        columnsOf(view)
        return view
      }),
    )
  }
  for (const { name } of views) {
    if (name !== undefined && !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      throw new UsageError('a view has a name that cannot be a file name')
    }
  }
  return views
}

/** Scalars of a delivery's proof, for the card. */
async function proofOf(options: Options): Promise<Record<string, string>> {
  if (options.proof === undefined) return {}
  const file = options.proof
  return named(file, async () => {
    const proof = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    const scalars = Object.entries(proof).filter(
      ([, value]) => typeof value === 'string' || typeof value === 'number',
    )
    return { file, ...Object.fromEntries(scalars.map(([name, value]) => [name, String(value)])) }
  })
}
