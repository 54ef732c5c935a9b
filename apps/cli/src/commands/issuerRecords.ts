import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { walletName, wholeNumber } from '../arguments.ts'
import { readNamed, readNamedText, writeNamed } from '../files.ts'
import { groupOf, show } from '../group.ts'
import { RefusedError } from '../output.ts'

/** `ambrosia issuer info|issue|revoke`: what a hospital's staff does with its issuer. */
export function register(program: Command): void {
  const issuer = groupOf(program, 'issuer', 'Issue credentials.')
  issuer
    .command('info')
    .description('who the issuer of this network is')
    .addHelpText('after', '\nExample:\n  ambrosia issuer info')
    .action(async (_options: object, command: Command) => {
      const { client } = await clientOf()
      const { did, statusPeriodSec } = await client.service()
      await show(command, { did, statusPeriodSec }, [did])
    })
  issuer
    .command('issue <bundle>')
    .description('sign a FHIR Bundle as a record for a holder and keep it in the wallet')
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
    .addHelpText(
      'after',
      '\nExample:\n  ambrosia synth --seed 1 --count 1 --condition diabetes --out sample\n  ambrosia issuer issue sample/*.json --name alice',
    )
    .action(
      async (
        file: string,
        options: { name: string; identified: boolean; report?: string },
        command: Command,
      ) => {
        const bundle = readNamed(file)
        const { client, session } = await clientOf()
        const { records } = await import('../Session.ts')
        const holder = session.wallet.holderKey(options.name)
        const form = options.identified ? 'identified' : 'safe-harbor'
        const issued = await client.issue(bundle, holder.did, form)
        await records.save(session, options.name, issued.record)
        if (options.report !== undefined)
          writeNamed(options.report, `${JSON.stringify(issued.report, null, 2)}\n`)
        const { claimCount, digestCount, statusIndex } = issued
        await show(
          command,
          {
            name: options.name,
            form,
            claims: claimCount,
            digests: digestCount,
            statusIndex,
            removed: issued.report?.removed ?? 0,
          },
          [
            `record ${options.name}: ${claimCount} claims, ${digestCount} digests, form ${form}; Safe Harbor removed ${issued.report?.removed ?? 0} values`,
            `status index ${statusIndex}: revoke with ambrosia issuer revoke ${statusIndex}`,
          ],
        )
      },
    )
  issuer
    .command('revoke')
    .argument('<index>', 'status index', wholeNumber(0, 131_071))
    .description('revoke a credential by its status index; it counts from the next epoch on')
    .addHelpText('after', '\nExample:\n  ambrosia issuer revoke 4711')
    .action(async (index: number, _options: object, command: Command) => {
      const { client } = await clientOf()
      await client.revoke(index)
      await show(command, { revoked: index }, [`revoked ${index}`])
    })
}

async function clientOf() {
  const { openSession } = await import('../Session.ts')
  const { createIssuerClient } = await import('@ambrosia/api/issuer/IssuerClient')
  const session = await openSession()
  const tokenFile = join(session.home, 'issuer', 'operator-token')
  if (!existsSync(tokenFile))
    throw new RefusedError(
      'Issuer.NotOperator',
      'this home holds no operator token of the issuer',
      'Run the command in the home of the issuer.',
    )
  const operatorToken = readNamedText(tokenFile).trim()
  return {
    session,
    client: createIssuerClient({ url: session.network.services.issuer, operatorToken, fetch }),
  }
}
