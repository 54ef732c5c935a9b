import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { named } from '../../namedFiles.ts'
import { day } from '../../options.ts'
import { show, UsageError } from '../../output.ts'

const FORMS = ['safe-harbor', 'identified'] as const
type Form = (typeof FORMS)[number]
type Options = { form: string; asOf?: Date; all: boolean }

/** `ambrosia record explain`: where each claim comes from, and why other elements did not count. */
export function define(command: Command): void {
  command
    .argument('<files...>', 'FHIR R4 files of one person; .gz too')
    .option('--form <form>', `form that is signed: ${FORMS.join(' or ')}`, FORMS[0])
    .option('--as-of <date>', 'day of issuance; default today', day)
    .option('--all', 'name every candidate, and claims without any', false)
    .addHelpText(
      'after',
      `
An issuer derives the same claims by the same rules. It prints what the record says: keep it as you keep the record.

Examples:
  ambrosia record explain record.json
  ambrosia record explain page-1.json page-2.json --form identified --json`,
    )
    .action(async (files: string[], options: Options, called: Command) => {
      const { AMBROSIA_CORE_2 } = await import('@ambrosia/health/ClaimProfile')
      const { explain, toLines } = await import('@ambrosia/health/Explanation')
      const form = formOf(options.form)
      const asOf = options.asOf ?? new Date()
      const resources = await readRecord(files)
      const explanation = explain(resources, { profile: AMBROSIA_CORE_2, form, asOf })
      show(called, explanation, toLines(explanation, options.all))
    })
}

function formOf(text: string): Form {
  const form = FORMS.find((one) => one === text)
  if (form === undefined) throw new UsageError('an unknown --form', `Use ${FORMS.join(' or ')}.`)
  return form
}

/** The record of one person, in one file or several. */
async function readRecord(files: readonly string[]) {
  const Bundle = await import('@ambrosia/health/Bundle')
  const read = []
  for (const file of files) {
    read.push(...(await named(file, async () => Bundle.readResources(await readFile(file)))))
  }
  return Bundle.toRecord(Bundle.merge(read)).resources
}
