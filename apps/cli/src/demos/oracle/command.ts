import type { Command } from 'commander'

/** `ambrosia oracle demo`. */
export function define(demo: Command): void {
  demo
    .addHelpText(
      'after',
      `
Examples:
  ambrosia oracle demo
  ambrosia oracle demo --json                 one JSON object as the last line`,
    )
    .action(async (_options: object, command: Command) => {
      const { runDemo } = await import('../frame/runDemo.ts')
      const { play } = await import('./play.ts')
      const { NOTHING } = await import('./types.ts')
      await runDemo(command, {
        title: 'Ambrosia oracle network: software attestation, well-known keys, no real value',
        folder: 'oracle',
        result: { ...NOTHING },
        play,
      })
    })
}
