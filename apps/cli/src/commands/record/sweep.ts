import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount as amountOf } from '../../figures.ts'
import { address, hash, walletName } from '../../options.ts'
import { progress, RefusedError, show } from '../../output.ts'
import { saleAccountName } from './saleAccount.ts'

type Options = { name: string; deal: string; to: string; link: boolean; relayer: string }

const LINKAGE =
  'An observer learns that the sales whose proceeds meet at this address were made by one person.'

/** `ambrosia record sweep`. */
export function define(sweep: Command): void {
  sweep
    .requiredOption('--name <name>', 'name of the record', walletName)
    .requiredOption('--deal <id>', 'deal it was sold into', hash)
    .requiredOption('--to <address>', 'where the proceeds go', address)
    .option('--link', 'accept that sales to one address are seen to be of one person', false)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia record sweep --name alice --deal 0x… --to 0x…')
    .action(async (options: Options, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { sweep: sweepProceeds } = await import('@ambrosia/sdk/provider/revokeConsent')
      const { medTokenAbi } = await import('@ambrosia/chain/abi/token')
      const session = await openSession()
      const held = await session.chain.client.readContract({
        address: session.chain.contracts.medToken,
        abi: medTokenAbi,
        functionName: 'balanceOf',
        args: [options.to as Hex],
      })
      if (held > 0n && !options.link) {
        throw new RefusedError(
          'Sweep.Links',
          `that address has received MED before. ${LINKAGE}`,
          'Use a fresh address, or add --link to accept it.',
        )
      }
      if (options.link) progress(LINKAGE)
      const { amount, receipt } = await sweepProceeds({
        chain: session.chain,
        payout: session.wallet.existing(saleAccountName(options.name, options.deal)),
        relayer: accountOf(session, options.relayer),
        to: options.to as Hex,
        now: Date.now,
      })
      show(
        command,
        { amount: amount.toString(), to: options.to, transaction: receipt.transactionHash },
        [`${amountOf(amount)} to ${options.to}`],
      )
    })
}
