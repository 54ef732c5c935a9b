import type { Command } from 'commander'
import { show } from '../../output.ts'

/** `ambrosia did deactivate`. */
export function define(deactivate: Command): void {
  deactivate
    .requiredOption('--key <name>', 'name of the key that controls it')
    .requiredOption('--yes', 'nothing brings a deactivated DID back: say that you mean it')
    .option('--relayer <name>', 'name of the account that pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia did deactivate --key consumer --yes')
    .action(async (options: { key: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { deactivateDid } = await import('@ambrosia/sdk/identity/createDid')
      const session = await openSession()
      const receipt = await deactivateDid({
        chain: session.chain,
        controller: accountOf(session, options.key),
        relayer: accountOf(session, options.relayer),
        salt: `0x${'00'.repeat(32)}`,
        now: Date.now,
      })
      show(command, { transaction: receipt.transactionHash }, ['deactivated'])
    })
}
