import type { Command } from 'commander'
import { repeated } from '../../options.ts'
import { wantsJson } from '../../output.ts'

type Options = {
  once: boolean
  bundle: string[]
  criteria?: string
  killOracle: boolean
  fresh: boolean
  l2: boolean
}

/** `ambrosia demo`, which is also `npm start`. */
export function define(demo: Command): void {
  demo
    .option('--once', 'end after the sale; exit code 0 when all went well', false)
    .option('--bundle <file>', 'sell this FHIR R4 Bundle; repeatable', repeated, [])
    .option(
      '--criteria <file>',
      'ask for what this criteria document says; without it the deal follows from the Bundles',
    )
    .option('--kill-oracle', 'end one oracle in the middle of the sale', false)
    .option(
      '--fresh',
      'delete first what a development network made in this home, wallet included',
      false,
    )
    .option('--l2', 'the exchange is on a layer-2 chain of three members, whose gas is MED', false)
    .addHelpText(
      'after',
      `
Examples:
  npm start                                   a synthetic patient; the network stays up until Ctrl-C
  npm start -- --once --json                  one JSON object as the last line
  npm start -- --bundle me.json --bundle you.json --once
  npm start -- --kill-oracle --once
  npm start -- --l2 --once`,
    )
    .action(async (options: Options, command: Command) => {
      const { runDemo } = await import('../frame/runDemo.ts')
      const { play } = await import('./play.ts')
      const { NOTHING_SOLD } = await import('./types.ts')
      const once = options.once || wantsJson(command)
      await runDemo(command, {
        title: 'Ambrosia development network: software attestation, well-known keys, no real value',
        result: { ...NOTHING_SOLD, failures: [] },
        stays: !once,
        play: (stage) =>
          play(stage, {
            bundles: options.bundle,
            ...(options.criteria === undefined ? {} : { criteriaFile: options.criteria }),
            killOracle: options.killOracle,
            fresh: options.fresh,
            onLayer2: options.l2,
            once,
          }),
      })
    })
}
