import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** Takes what is to be done at the end of a test: a TestContext, or a suite's own list. */
export type Ending = { after(end: () => Promise<void>): void }

/** Starts anvil on a free port for one test or suite and ends it afterwards; tells its URL. */
export async function startAnvil(t: Ending, args: readonly string[] = []): Promise<string> {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve(`@foundry-rs/anvil-${platform}/package.json`))
  const child = spawn(join(folder, 'bin', 'anvil'), ['--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    void ended.then(() => reject(new Error('anvil ended before it listened')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, address] = /Listening on (127\.0\.0\.1:\d+)/.exec(line) ?? []
      if (address !== undefined) resolve(`http://${address}`)
    })
  })
}
