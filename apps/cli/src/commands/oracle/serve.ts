import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { wholeNumber } from '../../options.ts'

const MAIN = fileURLToPath(new URL('../../../../oracle/src/main.ts', import.meta.url))

/** `ambrosia oracle serve`. */
export function define(serve: Command): void {
  serve
    .option('--port <n>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), 4301)
    .option('--name <name>', 'folder of this oracle in the home', 'oracle')
    .addHelpText(
      'after',
      `
More settings come from AMBROSIA_… variables: docs/guides/operations.md.

Example:
  AMBROSIA_PASSWORD_FILE=secret ambrosia oracle serve --port 4310 --name oracle-4`,
    )
    .action(async (options: { port: number; name: string }) => {
      const child = spawn(process.execPath, [MAIN], {
        stdio: 'inherit',
        env: {
          ...process.env,
          AMBROSIA_HOME: homeOf(),
          AMBROSIA_PORT: String(options.port),
          AMBROSIA_NAME: options.name,
        },
      })
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.on(signal, () => child.kill(signal))
      process.exitCode = await new Promise<number>((done) =>
        child.once('exit', (code) => done(code ?? 1)),
      )
    })
}
