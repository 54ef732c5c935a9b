import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { assertFree, readNamedText, writeNamed } from '../../namedFiles.ts'
import { show } from '../../output.ts'

type Options = { out: string; passwordFile: string; force: boolean }

/** `ambrosia wallet backup`. */
export function define(backup: Command): void {
  backup
    .requiredOption('--out <file>', 'file to write')
    .requiredOption('--password-file <file>', 'file with the password of the backup')
    .option('--force', 'replace a file that exists', false)
    .addHelpText(
      'after',
      `
Keep the file and its password apart. Without the password nobody can open it, and nobody can
reset it. Keys that are made later are not in it: make a new backup after a sale.

Example:
  ambrosia wallet backup --out wallet.backup --password-file password.txt`,
    )
    .action(async (options: Options, command: Command) => {
      const { out, force: over } = options
      const password = readNamedText(options.passwordFile).trimEnd()
      assertFree(out, { over })
      const { createBackup } = await import('../../wallet/backup.ts')
      const { bytes, counts } = await createBackup(homeOf(), password)
      writeNamed(out, bytes, { over })
      show(command, { file: out, ...counts }, [
        `${out}: keys ${counts.keys}, records ${counts.records}, sales ${counts.sales}`,
      ])
    })
}
