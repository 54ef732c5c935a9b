import type { Command } from 'commander'
import type { Hex } from 'viem'
import { gasOf } from '../../figures.ts'
import { readNamedJson } from '../../namedFiles.ts'
import { walletName } from '../../options.ts'
import { show } from '../../output.ts'
import { saleAccountName } from './saleAccount.ts'

/** `ambrosia record cancel`. */
export function define(cancel: Command): void {
  cancel
    .argument('<offer>', 'file that ambrosia record offer wrote')
    .requiredOption('--name <name>', 'name of the record', walletName)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia record cancel offer.json --name alice')
    .action(async (file: string, options: { name: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { cancelConsent } = await import('@ambrosia/sdk/provider/revokeConsent')
      const session = await openSession()
      const offer = readNamedJson(file) as { dealId: Hex; consentHash: Hex }
      const receipt = await cancelConsent({
        chain: session.chain,
        provider: session.wallet.existing(saleAccountName(options.name, offer.dealId)),
        relayer: accountOf(session, options.relayer),
        consentHash: offer.consentHash,
        now: Date.now,
      })
      show(command, { transaction: receipt.transactionHash }, [
        `cancelled: ${gasOf(receipt.gasUsed, receipt.transactionHash)}`,
      ])
    })
}
