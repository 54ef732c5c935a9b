import type { Command } from 'commander'
import { isDevelopment } from '../environment.ts'
import { amount } from '../figures.ts'
import { RefusedError, show } from '../output.ts'

const ETHER = { symbol: 'ETH', decimals: 18 }

/** `ambrosia fund`: money of a development network, which is worth nothing. */
export function define(fund: Command): void {
  fund
    .argument('<account>', 'a name of the wallet, or an address')
    .option('--med <amount>', 'MED that it gets', '100')
    .option('--ether <amount>', 'ether that it gets', '1')
    .addHelpText(
      'after',
      `
Only on a development network: everybody has the keys of the accounts that pay.

Example:
  ambrosia fund alice --med 50 --ether 0.5

With --json: {"version":1,"ok":true,"account":"0x…","med":"50000000000000000000","ether":"500000000000000000"}`,
    )
    .action(async (name: string, options: { med: string; ether: string }, command: Command) => {
      const { fromDecimal } = await import('@ambrosia/primitives/Units')
      const Anvil = await import('@ambrosia/devnet/Anvil')
      const { accountOf, addressOf, openSession } = await import('../Session.ts')
      const { transfer } = await import('@ambrosia/sdk/transfer')
      const [med, ether] = [fromDecimal(options.med), fromDecimal(options.ether)]
      const session = await openSession()
      if (!isDevelopment() || session.network.chainId !== Anvil.CHAIN_ID) {
        throw new RefusedError(
          'Fund.NotDevelopment',
          'only a development network gives money away',
          'Send it from an account that has some: ambrosia send.',
        )
      }
      const { chain } = session
      const to = addressOf(session, name)
      for (const [token, value, from] of [
        ['MED', med, 'consumer'],
        ['ether', ether, 'deployer'],
      ] as const) {
        if (value === 0n) continue
        await transfer({ chain, account: accountOf(session, from), to, amount: value, token })
      }
      show(command, { account: to, med: String(med), ether: String(ether) }, [
        `${to} has got ${amount(med)} and ${amount(ether, ETHER)}`,
      ])
    })
}
