import { type Command, Option } from 'commander'
import { wholeNumber } from '../../options.ts'
import type { RollupDemoOptions } from './types.ts'

/** `ambrosia rollup demo`. */
export function define(demo: Command): void {
  demo
    .option('--lie', 'have a member assert a wrong balance, and see what becomes of it', false)
    .addOption(
      new Option('--engine <name>', 'what executes blocks')
        .choices(['ethereumjs', 'geth'])
        .default('ethereumjs'),
    )
    .option('--transactions <n>', 'how many to send, 2 to 100', wholeNumber(2, 100), 100)
    .addOption(
      new Option(
        '--decided-by <whom>',
        'who decides that an assertion is false: dispute (the default with --lie) or committee',
      ).choices(['committee', 'dispute']),
    )
    .addHelpText(
      'after',
      `
Three members run a chain of ordinary Ethereum blocks. Deposits come from L1, transactions are sent with viem, batches and states are
settled on L1 without being shown, and a withdrawal is paid out there. With --lie a member who re-executed disputes the assertion down to one
step of the machine, which the liar can't prove; clocks that nobody uses are moved on.

Examples:
  ambrosia rollup demo
  ambrosia rollup demo --lie --json
  ambrosia rollup demo --engine geth`,
    )
    .action(async (options: RollupDemoOptions, command: Command) => {
      const { runDemo } = await import('../frame/runDemo.ts')
      const { play } = await import('./play.ts')
      const { NOTHING_DONE } = await import('./types.ts')
      await runDemo(command, {
        title: 'Ordinary Ethereum blocks that settle on L1 without being shown',
        folder: 'rollup',
        result: { ...NOTHING_DONE },
        play: (stage) => play(stage, options),
      })
    })
}
