import type { Command } from 'commander'
import { wantsJson } from '../../output.ts'
import { runNode } from './runNode.ts'

type Options = { genesis: string; blocks: string; database?: string }

/** `ambrosia node import`. */
export function define(verb: Command): void {
  verb
    .requiredOption('--genesis <file>', "genesis file in the form of go-ethereum's genesis.json")
    .requiredOption('--blocks <file>', 'blocks in RLP, one after another')
    .option('--database <file>', 'where to keep the chain; else in memory')
    .addHelpText(
      'after',
      `
Every fork from Frontier to Osaka. An invalid block is refused with the reason, and the head stays.
With --json the last line is {version, ok, head, stateRoot, error}. Exit code 1 where a block was refused.

Example:
  ambrosia node import --genesis genesis.json --blocks chain.rlp --json`,
    )
    .action((options: Options, command: Command) =>
      runNode('import', [
        ...['--genesis', options.genesis, '--blocks', options.blocks],
        ...(options.database === undefined ? [] : ['--database', options.database]),
        ...(wantsJson(command) ? ['--json'] : []),
      ]),
    )
}
