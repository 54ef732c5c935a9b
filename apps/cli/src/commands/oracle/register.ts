import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount } from '../../figures.ts'
import { address, wholeNumber } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia oracle register`. */
export function define(register: Command): void {
  register
    .argument(
      '[operator]',
      'account of the operator; of the oracle in this home without it',
      address,
    )
    .option('--name <name>', 'folder of the oracle in the home', 'oracle')
    .option('--ether <amount>', 'ether for gas, where the account has none', '1')
    .option('--key <name>', 'account that pays what the operator lacks', 'consumer')
    .option('--timeout <seconds>', 'how long to wait for its service', wholeNumber(1, 3600), 60)
    .addHelpText(
      'after',
      `
Brings a running oracle into the registry: pays what its account lacks (gas; the least stake where oracles are staked)
and waits until its service has registered, and applied with its evidence where the network asks for it.
What is there already is not paid again. Its keys never leave its enclave.

Example:
  ambrosia oracle register --name oracle-4
  ambrosia oracle register 0x… --key treasury --json`,
    )
    .action(
      async (
        operator: Hex | undefined,
        options: { name: string; ether: string; key: string; timeout: number },
        command: Command,
      ) => {
        const { accountOf, openSession } = await import('../../Session.ts')
        const { openOperator } = await import('./openOperator.ts')
        const { registerOracle } = await import('./registerOracle.ts')
        const { fromDecimal } = await import('@ambrosia/primitives/Units')
        const session = await openSession()
        const account = operator ?? (await openOperator(session.home, options.name)).address
        const { paid, ...result } = await registerOracle(session, account, {
          payer: () => accountOf(session, options.key),
          wei: fromDecimal(options.ether),
          timeoutMs: options.timeout * 1000,
        })
        show(
          command,
          { operator: account, ...result, wei: paid.wei.toString(), med: paid.med.toString() },
          [
            `${account} is registered: ${result.status}`,
            ...(paid.wei > 0n ? [`paid ${options.ether} ether for gas`] : []),
            ...(paid.med > 0n ? [`paid ${amount(paid.med)} for its own stake`] : []),
            result.next,
          ],
        )
      },
    )
}
