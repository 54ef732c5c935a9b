import { spawn } from 'node:child_process'
import { type Counts, countsOfLine } from './counts.ts'

/**
 * The Solidity tests have a runner of their own; its last line is
 * `contracts N pass N fail N skipped N`.
 */
export async function runContracts(runner: string): Promise<Counts> {
  const start = performance.now()
  const child = spawn(process.execPath, [runner], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (exitCode) => done(exitCode ?? 1))
  })
  const counts = countsOfLine('contracts', text.trimEnd().split('\n').at(-1) ?? '')
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  if (counts === null) {
    process.stdout.write(`${text}\ncontracts: the runner did not end with its counts\n`)
    return { pass: 0, fail: 1, skipped: 0 }
  }
  const isBad = code !== 0 || counts.fail > 0
  if (isBad) process.stdout.write(text)
  const total = counts.pass + counts.fail + counts.skipped
  process.stdout.write(
    `${isBad ? 'FAIL' : 'ok  '} contracts (Solidity)  ${total} tests  ${seconds} s\n`,
  )
  return isBad && counts.fail === 0 ? { ...counts, fail: 1 } : counts
}
