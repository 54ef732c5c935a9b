import type { Command } from 'commander'
import { wholeNumber } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia issuer revoke`. */
export function define(revoke: Command): void {
  revoke
    .argument('<index>', 'status index', wholeNumber(0, 131_071))
    .addHelpText('after', '\nExample:\n  ambrosia issuer revoke 4711')
    .action(async (index: number, _options: object, command: Command) => {
      const { openIssuer } = await import('./operator.ts')
      const { client } = await openIssuer()
      await client.revoke(index)
      show(command, { revoked: index }, [`revoked ${index}`])
    })
}
