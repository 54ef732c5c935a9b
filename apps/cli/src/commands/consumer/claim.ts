import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf, time } from '../../figures.ts'
import { hash } from '../../options.ts'
import { progress, RefusedError, show } from '../../output.ts'

/** `ambrosia consumer claim`. */
export function define(claim: Command): void {
  claim
    .argument('<recordId>', 'id of the settled record', hash)
    .option('--refund', 'the deadline is over: take the refund', false)
    .option('--key <name>', 'account of the consumer', 'consumer')
    .addHelpText(
      'after',
      `
Without --refund the oracles of the record are obliged to post its key on chain until a deadline. The claim carries a bond of
a seventh of the price for each of them, which their answers take. With --refund, after the deadline, the shares of those
that did not answer come back with their parts of the bond.

Examples:
  ambrosia consumer claim 0x…
  ambrosia consumer claim 0x… --refund`,
    )
    .action(async (id: string, options: { refund: boolean; key: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { readDeliveryEnd } = await import('@ambrosia/chain/read/exchange')
      const { claimBond } = await import('@ambrosia/exchange/SettledRecord')
      const { readToken } = await import('../../readToken.ts')
      const { readRecords } = await import('@ambrosia/sdk/readRecords')
      const { claimDelivery, refundDelivery } = await import('@ambrosia/sdk/consumer/claimDelivery')
      const session = await openSession()
      const [settled] = await readRecords(session.chain, { recordId: id as Hex })
      if (!settled)
        throw new RefusedError('Record.NotSettled', 'the chain has no settled record of that id')
      const { chain } = session
      const { record } = settled
      const token = await readToken(chain.client, record.token)
      const bond = amount(claimBond(record), token)
      if (!options.refund) progress(`the claim takes a bond of ${bond} from ${options.key}`)
      const receipt = await (options.refund ? refundDelivery : claimDelivery)({
        chain,
        account: accountOf(session, options.key),
        record,
      })
      const until = await readDeliveryEnd(chain.client, chain.contracts.consentBook, record)
      const line = options.refund
        ? 'refunded: what oracles lose that did not answer, and their parts of the bond'
        : `claimed: the oracles post the key until ${time(until)}; the bond is ${bond}`
      show(
        command,
        {
          recordId: id,
          transaction: receipt.transactionHash,
          ...(options.refund ? {} : { answerBy: until, bond: claimBond(record).toString() }),
        },
        [line, gasOf(receipt.gasUsed, receipt.transactionHash)],
      )
    })
}
