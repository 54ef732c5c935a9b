import type { Command } from 'commander'
import { amount } from '../figures.ts'
import { show } from '../output.ts'

type Options = { to: string; key: string; ether: boolean }

const ETHER = { symbol: 'ETH', decimals: 18 }

/** `ambrosia send`. */
export function define(send: Command): void {
  send
    .argument('<amount>', 'how much, such as 2.5')
    .requiredOption('--to <account>', 'a name of the wallet, or an address')
    .requiredOption('--key <name>', 'account of the wallet that sends and pays the gas')
    .option('--ether', 'send ether instead of MED', false)
    .addHelpText(
      'after',
      `
Examples:
  ambrosia send 2.5 --key consumer --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8
  ambrosia send 0.1 --ether --key relayer --to consumer

With --json: {"version":1,"ok":true,"amount":"2500000000000000000","token":"MED","to":"0x…","transaction":"0x…"}`,
    )
    .action(async (text: string, { to, key, ether }: Options, command: Command) => {
      const { fromDecimal } = await import('@ambrosia/primitives/Units')
      const { accountOf, addressOf, openSession } = await import('../Session.ts')
      const { transfer } = await import('@ambrosia/sdk/transfer')
      const value = fromDecimal(text)
      const session = await openSession()
      const receiver = addressOf(session, to)
      const receipt = await transfer({
        chain: session.chain,
        account: accountOf(session, key),
        to: receiver,
        amount: value,
        token: ether ? 'ether' : 'MED',
      })
      show(
        command,
        {
          amount: String(value),
          token: ether ? 'ETH' : 'MED',
          to: receiver,
          transaction: receipt.transactionHash,
        },
        [`${ether ? amount(value, ETHER) : amount(value)} to ${receiver}`],
      )
    })
}
