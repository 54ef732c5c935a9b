import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf, time } from '../../figures.ts'
import { hash, walletName } from '../../options.ts'
import { EXIT, RefusedError, show, UsageError } from '../../output.ts'
import { whileWaiting } from '../../whileWaiting.ts'

type Options = { name?: string; relayer: string; stop: boolean; yes: boolean }

const HELP = `
As long as the delivery window or a claim is open, the payment and the relayer's fee go back and the sale is undone;
afterwards nothing goes back and nothing more is released. With --stop you keep the payment.
It says what will happen and asks; a no is an answer (exit code 1), and changes nothing.

Examples:
  ambrosia record sales
  ambrosia record revoke 0x…
  ambrosia record revoke 0x… --stop --yes`

const ONE_WAY = 'What was delivered cannot be called back, and a revocation cannot be taken back.'

/** `ambrosia record revoke`. */
export function define(revoke: Command): void {
  revoke
    .argument('<recordId>', 'id of the settled record', hash)
    .option('--name <name>', 'name of the record; default: the one that was sold', walletName)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .option(
      '--stop',
      'keep the payment: the delivery paid for is completed, then nothing more',
      false,
    )
    .option('--yes', 'do it without asking', false)
    .addHelpText('after', HELP)
    .action(async (id: string, options: Options, command: Command) => {
      if (!options.yes && !process.stdin.isTTY)
        throw new UsageError(
          'a revocation needs your word, and there is no terminal to ask at',
          'Add --yes.',
        )
      const { accountOf, openSession } = await import('../../Session.ts')
      const { readRecords } = await import('@ambrosia/sdk/readRecords')
      const { readDeliveryEnd } = await import('@ambrosia/chain/read/exchange')
      const { paymentToReturn } = await import('@ambrosia/exchange/SettledRecord')
      const { revokeConsent } = await import('@ambrosia/sdk/provider/revokeConsent')
      const { readToken } = await import('../../readToken.ts')
      const { ask } = await import('./ask.ts')
      const { saleAccountOf } = await import('./saleAccount.ts')
      const session = await openSession()
      const { chain } = session
      const [settled] = await readRecords(chain, { recordId: id as Hex })
      if (!settled)
        throw new RefusedError(
          'Record.NotSettled',
          'the chain has no settled record of that id',
          'The ids of what this wallet sold: ambrosia record sales.',
        )
      const { record } = settled
      const provider = saleAccountOf(session.wallet, record, options.name)
      const endSec = await readDeliveryEnd(chain.client, chain.contracts.consentBook, record)
      const { timestamp } = await chain.client.getBlock()
      // After that time there is nothing left to undo.
      const returns = !options.stop && timestamp <= endSec
      const price = returns ? paymentToReturn(record) : 0n
      const token = await readToken(chain.client, record.token)
      const isOpen = timestamp <= endSec
      const planned = returns
        ? `${amount(price, token)} go back from ${provider.address}, and the sale is undone.`
        : isOpen
          ? `You keep the payment. The delivery that was paid for is completed until ${time(endSec)}; then nothing is released.`
          : 'Nothing goes back, and nothing is released any more.'
      if (!(await ask([planned, ONE_WAY], 'Revoke the consent?', options.yes))) {
        process.exitCode = EXIT.failed
        show(command, { recordId: id, agreed: false }, ['Nothing was changed.'])
        return
      }
      const receipt = await whileWaiting('waiting for the chain', async () =>
        revokeConsent({
          chain,
          provider,
          ...(returns ? { payer: provider } : {}),
          relayer: accountOf(session, options.relayer),
          record,
          recordId: id as Hex,
          now: Date.now,
        }),
      ).catch((error: unknown) => {
        throw offerStop(error, amount(price, token), endSec)
      })
      const line = returns
        ? `revoked, and the sale undone: ${amount(price, token)} went back`
        : isOpen
          ? `revoked: the delivery that was paid for is completed until ${time(endSec)}, then nothing is released`
          : 'revoked: nothing is released any more'
      show(
        command,
        {
          recordId: id,
          agreed: true,
          paidBack: price.toString(),
          transaction: receipt.transactionHash,
        },
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
    `Send it there before ${time(endSec)}, or add --stop: you keep the payment, the delivery paid for is completed, and nothing is released after it.`,
  )
}
