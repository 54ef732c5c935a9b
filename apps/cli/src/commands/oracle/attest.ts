import type { Command } from 'commander'
import type { Hex } from 'viem'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia oracle attest`. */
export function define(attest: Command): void {
  attest
    .argument('<operator>', 'account of the oracle operator', address)
    .addHelpText(
      'after',
      `
Verifies the evidence of an oracle by yourself: what it applied with, and that its keys are those that you would seal to.

Example:
  ambrosia oracle attest 0x…`,
    )
    .action(async (operator: Hex, _options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { verifyOracle } = await import('./verifyOracle.ts')
      const found = await verifyOracle(await openSession(), operator)
      show(command, { operator, ...found }, [
        `kind         ${found.kind}${found.kind === 'software' ? ': nobody but a development root vouches for it, which vouches for whatever asks' : ''}`,
        `measurement  ${found.measurement}`,
        `platform     ${found.tcb}`,
        `keys         those of the registry, under this evidence`,
      ])
    })
}
