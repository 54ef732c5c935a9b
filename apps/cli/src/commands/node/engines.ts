import type { Command } from 'commander'
import { wantsJson } from '../../output.ts'
import { runNode } from './runNode.ts'

/** `ambrosia node engines`. */
export function define(verb: Command): void {
  verb
    .option('--install', 'make the missing ones with Go (some minutes)')
    .addHelpText(
      'after',
      `
They are optional: without them a node executes with ethereumjs and orders by itself.
AMBROSIA_GETH and AMBROSIA_COMETBFT name programs of your own.

Example:
  ambrosia node engines --install`,
    )
    .action((options: { install?: boolean }, command: Command) =>
      runNode('engines', [
        ...(options.install === true ? ['--install'] : []),
        ...(wantsJson(command) ? ['--json'] : []),
      ]),
    )
}
