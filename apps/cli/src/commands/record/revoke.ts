import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf } from '../../figures.ts'
import { hash, walletName } from '../../options.ts'
import { RefusedError, show } from '../../output.ts'
import { saleAccountName } from './saleAccount.ts'

type Options = { name: string; relayer: string; stop: boolean }

const HELP = `
As long as the delivery window or a claim is open, the payment and the relayer's fee go back and the sale is undone;
afterwards nothing goes back and nothing more is released. With --stop you keep the payment.

Examples:
  ambrosia record revoke 0x… --name alice
  ambrosia record revoke 0x… --name alice --stop`

/** `ambrosia record revoke`. */
export function define(revoke: Command): void {
  revoke
    .argument('<recordId>', 'id of the settled record', hash)
    .requiredOption('--name <name>', 'name of the record', walletName)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .option(
      '--stop',
      'keep the payment: the delivery paid for is completed, then nothing more',
      false,
    )
    .addHelpText('after', HELP)
    .action(async (id: string, options: Options, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { readRecords } = await import('@ambrosia/sdk/readRecords')
      const { readDeliveryEnd } = await import('@ambrosia/chain/read/exchange')
      const { paymentToReturn } = await import('@ambrosia/exchange/SettledRecord')
      const { revokeConsent } = await import('@ambrosia/sdk/provider/revokeConsent')
      const { readToken } = await import('../../readToken.ts')
      const session = await openSession()
      const { chain } = session
      const [settled] = await readRecords(chain, { recordId: id as Hex })
      if (!settled)
        throw new RefusedError('Record.NotSettled', 'the chain has no settled record of that id')
      const { record } = settled
      const provider = session.wallet.existing(saleAccountName(options.name, record.dealId))
      const endSec = await readDeliveryEnd(chain.client, chain.contracts.consentBook, record)
      const { timestamp } = await chain.client.getBlock()
      // After that time there is nothing left to undo.
      const returns = !options.stop && timestamp <= endSec
      const price = returns ? paymentToReturn(record) : 0n
      const token = await readToken(chain.client, record.token)
      const receipt = await revokeConsent({
        chain,
        provider,
        ...(returns ? { payer: provider } : {}),
        relayer: accountOf(session, options.relayer),
        record,
        recordId: id as Hex,
        now: Date.now,
      }).catch((error: unknown) => {
        throw offerStop(error, amount(price, token), endSec)
      })
      const until = new Date(endSec * 1000).toISOString()
      const line = returns
        ? `revoked, and the sale undone: ${amount(price, token)} went back`
        : timestamp <= endSec
          ? `revoked: the delivery that was paid for is completed until ${until}, then nothing is released`
          : 'revoked: nothing is released any more'
      show(
        command,
        { recordId: id, paidBack: price.toString(), transaction: receipt.transactionHash },
        [line, gasOf(receipt.gasUsed, receipt.transactionHash)],
      )
    })
}

/** Where the money is not there, a stop is: it hangs on no balance. */
function offerStop(error: unknown, price: string, endSec: number): unknown {
  if (!(error instanceof AmbrosiaError) || error.code !== 'Chain.PaymentReturnShort') return error
  return new RefusedError(
    'Record.PaymentShort',
    `to undo this sale ${price} goes back, what was paid and the relayer's fee, and the account of the sale holds less`,
    `Send it there before ${new Date(endSec * 1000).toISOString()}, or add --stop: you keep the payment, the delivery paid for is completed, and nothing is released after it.`,
  )
}
