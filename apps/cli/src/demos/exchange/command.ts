import type { Command } from 'commander'
import { EXIT, printJson, wantsJson } from '../../output.ts'

/** `ambrosia demo`, which is also `npm start`. */
export function define(demo: Command): void {
  demo
    .option('--once', 'end after the sale; exit code 0 when all went well')
    .option(
      '--bundle <file>',
      'sell this FHIR R4 Bundle (repeatable)',
      (file: string, all: string[]) => [...all, file],
      [] as string[],
    )
    .option(
      '--criteria <file>',
      'ask for what this criteria document says; without it the deal follows from the Bundles',
    )
    .option('--kill-oracle', 'end one oracle in the middle of the sale')
    .option('--fresh', 'delete the home first')
    .addHelpText(
      'after',
      `
Examples:
  npm start                                   a synthetic patient; the network stays up until Ctrl-C
  npm start -- --once --json                  one JSON object as the last line
  npm start -- --bundle me.json --bundle you.json --once
  npm start -- --kill-oracle --once`,
    )
    .action(
      async (
        options: {
          once?: boolean
          bundle: string[]
          criteria?: string
          killOracle?: boolean
          fresh?: boolean
        },
        command: Command,
      ) => {
        const stopping = new AbortController()
        process.once('SIGINT', () => stopping.abort())
        process.once('SIGTERM', () => stopping.abort())
        const { runDemo } = await import('./run.ts')
        const json = wantsJson(command)
        const { failures, ...result } = await runDemo({
          bundles: options.bundle,
          ...(options.criteria === undefined ? {} : { criteriaFile: options.criteria }),
          killOracle: options.killOracle ?? false,
          once: options.once ?? json,
          json,
          fresh: options.fresh ?? false,
          signal: stopping.signal,
        })
        if (json) printJson({ ...result, failures })
        process.exitCode = result.ok ? EXIT.done : EXIT.failed
      },
    )
}
