import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia stake delegate`. */
export function define(delegate: Command): void {
  delegate
    .argument('<operator>', 'account of the oracle operator', address)
    .argument('<amount>', 'MED')
    .option('--key <name>', 'account that delegates', 'consumer')
    .addHelpText(
      'after',
      `
Stake answers for what the operator did within the slash window, whenever it came.

Example:
  ambrosia stake delegate 0x… 250.5`,
    )
    .action(async (operator: Hex, text: string, options: { key: string }, command: Command) => {
      const { delegateStake } = await import('@ambrosia/chain/delegateStake')
      const { openStake } = await import('./StakeSession.ts')
      const { fromDecimal } = await import('@ambrosia/primitives/Units')
      const assets = fromDecimal(text)
      const { chain, account, book, medToken } = await openStake(options.key)
      const contracts = { stakeBook: book.address, medToken }
      const stake = { operator, amount: assets }
      const receipt = await delegateStake(chain.client, account, contracts, stake)
      const { transactionHash, gasUsed } = receipt
      show(command, { operator, delegated: assets.toString(), transaction: transactionHash }, [
        `${amount(assets)} behind ${operator}`,
        gasOf(gasUsed, transactionHash),
      ])
    })
}
