import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { show } from '../../output.ts'

/** `ambrosia did fixtures`. */
export function define(fixtures: Command): void {
  fixtures
    .requiredOption('--out <dir>', 'folder to write to')
    .addHelpText(
      'after',
      `
The files go to packages/did-core-test-server/suites/implementations of github.com/w3c/did-test-suite and are named in
the default.js of its suites.

Example:
  ambrosia did fixtures --out fixtures`,
    )
    .action(async (options: { out: string }, command: Command) => {
      const { didCoreFixtures } = await import('@ambrosia/credentials/didCoreFixtures')
      await mkdir(options.out, { recursive: true })
      const files: string[] = []
      for (const [name, content] of Object.entries(await didCoreFixtures())) {
        const path = join(options.out, name)
        await writeFile(path, `${JSON.stringify(content, null, 2)}\n`)
        files.push(path)
      }
      show(command, { files }, files)
    })
}
