import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { assertFree, readNamed, writeNamed } from '../../namedFiles.ts'
import { walletName } from '../../options.ts'
import { show, UsageError } from '../../output.ts'
import { whileWaiting } from '../../whileWaiting.ts'

type Options = { name: string; identified: boolean; report?: string; force: boolean }

/** `ambrosia issuer issue`. */
export function define(issue: Command): void {
  issue
    .argument('<bundle>', 'FHIR R4 Bundle of one Patient')
    .requiredOption('--name <name>', 'name of the record and of its holder key', walletName)
    .option(
      '--identified',
      'issue the form that names the person; selling it needs an authorization (45 CFR 164.508)',
      false,
    )
    .option(
      '--report <file>',
      'write the de-identification report: rules, paths and counts, never values',
    )
    .option('--force', 'replace a record of that name, and a report that exists', false)
    .addHelpText(
      'after',
      '\nExample:\n  ambrosia synth --seed 1 --count 1 --condition diabetes --out sample\n  ambrosia issuer issue sample/patient-00000.json --name alice',
    )
    .action(async (file: string, options: Options, command: Command) => {
      const bundle = readNamed(file)
      const { openIssuer } = await import('./operator.ts')
      const { recordNames, saveRecord } = await import('../../wallet/records.ts')
      if (!options.force && recordNames(homeOf()).includes(options.name)) {
        throw new UsageError(
          `the wallet holds a record called ${options.name} already`,
          'Choose another --name, or add --force to replace it.',
        )
      }
      if (options.report !== undefined) assertFree(options.report, { over: options.force })
      const { client, session } = await openIssuer()
      const holder = session.wallet.holderKey(options.name)
      const form = options.identified ? 'identified' : 'safe-harbor'
      const issued = await whileWaiting('the issuer checks, cleans and signs', () =>
        client.issue(bundle, holder.did, form),
      )
      await saveRecord(session, options.name, issued.record)
      if (options.report !== undefined)
        writeNamed(options.report, `${JSON.stringify(issued.report, null, 2)}\n`, {
          over: options.force,
        })
      const { claimCount, digestCount, statusIndex } = issued
      const removed = issued.report?.removed ?? 0
      show(
        command,
        {
          name: options.name,
          form,
          claims: claimCount,
          digests: digestCount,
          statusIndex,
          removed,
        },
        [
          `record ${options.name}: ${claimCount} claims, ${digestCount} digests, form ${form}; Safe Harbor removed ${removed} values`,
          `status index ${statusIndex}: revoke with ambrosia issuer revoke ${statusIndex}`,
        ],
      )
    })
}
