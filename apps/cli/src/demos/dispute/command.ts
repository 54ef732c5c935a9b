import { type Command, InvalidArgumentError } from 'commander'
import type { DisputeOptions } from './play.ts'

/** `ambrosia dispute demo`. */
export function define(demo: Command): void {
  demo
    .option('--program <elf>', 'the program that is claimed to have run; default: a digest')
    .option('--input <file>', 'its private input; default: a synthetic record')
    .option(
      '--lie-at <where>',
      'the step that the asserter lies about: a number, genesis, final or random',
      place,
      'random',
    )
    .option('--onchain', 'play every split and pick on the chain', false)
    .addHelpText(
      'after',
      `
The last line with --json: {version, ok, winner, rounds, gas, seconds, calldataBytes, leaks, …}; winner is honest or liar.

Examples:
  ambrosia dispute demo
  ambrosia dispute demo --onchain --lie-at final --json
  ambrosia dispute demo --program sum.elf --input numbers.txt --lie-at 1000`,
    )
    .action(async (options: DisputeOptions, command: Command) => {
      const { runDemo } = await import('../frame/runDemo.ts')
      const { play, NOTHING_DECIDED } = await import('./play.ts')
      await runDemo(command, {
        title: 'A lie about a private run, and how it loses: development keys, no real value',
        folder: 'dispute',
        result: { ...NOTHING_DECIDED },
        play: (stage) => play(stage, options),
      })
    })
}

function place(text: string): string {
  if (!/^(genesis|final|random|\d{1,18})$/.test(text)) {
    throw new InvalidArgumentError('It must be a number of steps, genesis, final or random.')
  }
  return text
}
