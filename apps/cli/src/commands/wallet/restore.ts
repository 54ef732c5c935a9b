import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { readNamed, readNamedText } from '../../namedFiles.ts'
import { show } from '../../output.ts'

type Options = { passwordFile: string; force: boolean }

/** `ambrosia wallet restore`. */
export function define(restore: Command): void {
  restore
    .argument('<file>', 'what ambrosia wallet backup wrote')
    .requiredOption('--password-file <file>', 'file with the password of the backup')
    .option('--force', 'move a wallet that this home has aside, and put the backup there', false)
    .addHelpText(
      'after',
      `
The wallet is encrypted under the password of this home again (AMBROSIA_PASSWORD_FILE).

Example:
  AMBROSIA_HOME=new-home ambrosia wallet restore wallet.backup --password-file password.txt`,
    )
    .action(async (file: string, options: Options, command: Command) => {
      const bytes = readNamed(file)
      const password = readNamedText(options.passwordFile).trimEnd()
      const { restoreBackup } = await import('../../wallet/backup.ts')
      const { counts, replaced } = await restoreBackup(homeOf(), {
        bytes,
        password,
        over: options.force,
      })
      show(command, { ...counts, ...(replaced === undefined ? {} : { replaced }) }, [
        `restored: keys ${counts.keys}, records ${counts.records}, sales ${counts.sales}`,
        ...(replaced === undefined ? [] : [`the wallet that was here is kept in ${replaced}`]),
      ])
    })
}
