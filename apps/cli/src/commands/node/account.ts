import type { Command } from 'commander'
import { wantsJson } from '../../output.ts'
import { runNode } from './runNode.ts'

/** `ambrosia node account`. */
export function define(verb: Command): void {
  verb
    .option('--data <folder>', 'where the node keeps its key and its chain')
    .addHelpText(
      'after',
      `
Whoever creates the network is told this account by each member.

Example:
  ambrosia node account --data /var/lib/ambrosia-node`,
    )
    .action((options: { data?: string }, command: Command) =>
      runNode('account', wantsJson(command) ? ['--json'] : [], { AMBROSIA_DATA: options.data }),
    )
}
