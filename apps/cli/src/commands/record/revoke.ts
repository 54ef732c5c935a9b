import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf } from '../../figures.ts'
import { hash, walletName } from '../../options.ts'
import { RefusedError, show } from '../../output.ts'
import { saleAccountName } from './saleAccount.ts'

/** `ambrosia record revoke`. */
export function define(revoke: Command): void {
  revoke
    .argument('<recordId>', 'id of the settled record', hash)
    .requiredOption('--name <name>', 'name of the record', walletName)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia record revoke 0x… --name alice')
    .action(async (id: string, options: { name: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { readRecords } = await import('@ambrosia/sdk/readRecords')
      const { revocationPrice } = await import('@ambrosia/exchange/SettledRecord')
      const { revokeConsent } = await import('@ambrosia/sdk/provider/revokeConsent')
      const { readToken } = await import('../../readToken.ts')
      const session = await openSession()
      const [settled] = await readRecords(session.chain, { recordId: id as Hex })
      if (!settled)
        throw new RefusedError('Record.NotSettled', 'the chain has no settled record of that id')
      const provider = session.wallet.account(saleAccountName(options.name, settled.record.dealId))
      const price = revocationPrice(settled.record, BigInt(Math.floor(Date.now() / 1000)))
      const token = await readToken(session.chain.client, settled.record.token)
      const receipt = await revokeConsent({
        chain: session.chain,
        provider,
        payout: provider,
        relayer: accountOf(session, options.relayer),
        record: settled.record,
        recordId: id as Hex,
        now: Date.now,
      })
      show(
        command,
        { recordId: id, paidBack: price.toString(), transaction: receipt.transactionHash },
        [
          `revoked; ${amount(price, token)} went back`,
          gasOf(receipt.gasUsed, receipt.transactionHash),
        ],
      )
    })
}
