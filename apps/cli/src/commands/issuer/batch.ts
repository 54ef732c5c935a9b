import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { walletName, wholeNumber } from '../../options.ts'
import { EXIT, show } from '../../output.ts'

type Options = { list: string; prefix: string; identified: boolean; parallel: number }

/** `ambrosia issuer batch`. */
export function define(batch: Command): void {
  batch
    .argument(
      '<path>',
      'folder of FHIR R4 Bundles (.json), or a .ndjson file with one Bundle a line',
    )
    .requiredOption('--list <file>', 'list of what was issued, without names; it grows')
    .option('--prefix <name>', 'how names of the records in the wallet begin', prefixName, 'batch')
    .option(
      '--identified',
      'issue the form that names the person; selling it needs an authorization (45 CFR 164.508)',
      false,
    )
    .option('--parallel <n>', 'Bundles at a time', wholeNumber(1, 16), 2)
    .addHelpText(
      'after',
      `
Each Bundle is one person's. A run that was interrupted goes on where it ended when it is called
again: what was issued is not issued twice. A Bundle that is refused is named on standard error,
the others go on, and the exit code is 1.

Examples:
  ambrosia synth --seed 1 --count 20 --out sample
  ambrosia issuer batch sample --list issued.ndjson
  ambrosia issuer batch bundles.ndjson --list issued.ndjson --prefix ward-3

A line of the list: {"record":"batch-1f0c…","form":"safe-harbor","statusIndex":4711,"issuer":"did:ambrosia:…","validFrom":"2026-05-01T00:00:00Z"}

With --json: {"version":1,"ok":true,"list":"issued.ndjson","issued":20,"present":0,"refused":[{"position":7,"code":"Bundle.NotFhir"}]}`,
    )
    .action(async (path: string, options: Options, command: Command) => {
      const { bundlesOf } = await import('./bundlesOf.ts')
      const bundles = bundlesOf(path)
      const { openIssuer } = await import('./operator.ts')
      const { client, session } = await openIssuer()
      const { openIssuedList } = await import('./IssuedList.ts')
      const { issueBatch } = await import('./issueBatch.ts')
      const list = openIssuedList(options.list)
      const result = await issueBatch({
        home: session.home,
        wallet: session.wallet,
        client,
        bundles,
        list,
        prefix: options.prefix,
        form: options.identified ? 'identified' : 'safe-harbor',
        parallel: options.parallel,
      }).finally(list.close)
      const { issued, present, refused } = result
      const ok = refused.length === 0
      if (!ok) process.exitCode = EXIT.failed
      show(command, { ok, list: options.list, ...result }, [
        `issued ${issued}, present ${present}, refused ${refused.length}; listed in ${options.list}`,
      ])
    })
}

/** The digest and its dash take 17 of the 41 characters of a name. */
function prefixName(text: string): string {
  if (text.length > 24) throw new InvalidArgumentError('A prefix has at most 24 characters.')
  return walletName(text)
}
