import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { contractsFolder } from '@ambrosia/chain/compile/sourceList'
import { type Chance, prepareSuites } from './runSuites.ts'

/** A folder of Solidity tests that runs again and again, each time on other code. */
export type Suites = {
  /** Runs some of the files on creation code in place of what ships, by name. */
  run(
    files: readonly string[],
    mutants: Readonly<Record<string, string>>,
  ): Promise<{ pass: number; fail: number }>
  close(): void
}

/** Opens a folder whose tests `runSuites` has compiled; one run at a time. */
export async function openSuites(folder: string, chance: Chance): Promise<Suites> {
  const { env } = await prepareSuites(folder, { mutants: {}, chance })
  const child = fork(join(contractsFolder, 'suiteProcess.ts'), [], {
    cwd: contractsFolder,
    env: { ...process.env, ...env, NO_COLOR: '1', HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<never>((_, failed) => {
    child.once('close', (code) => failed(new Error(`the tests' process ended with ${code}`)))
  })
  ended.catch(() => {})
  await Promise.race([once(child, 'message'), ended])
  return {
    run: async (files, mutants) => {
      await prepareSuites(folder, { mutants, chance })
      child.send(files)
      const [counts] = (await Promise.race([once(child, 'message'), ended])) as [
        { pass: number; fail: number },
      ]
      return counts
    },
    close: () => child.disconnect(),
  }
}
