// The two players as processes of their own: one line of JSON is one message, either way.

import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'

/** What a player's process is told at its start; nothing private is on its command line. */
export type PlayerConfig = {
  role: 'asserter' | 'challenger'
  rpcUrl: string
  chainId: number
  claimBook: Hex
  fromBlock: string
  accountIndex: number
  elf: string
  /** File of the package of the input. */
  packageFile: string
  /** Where it keeps its moves. */
  folder: string
  /** Where the asserter lies. */
  lieAt: string
  /** Splits and picks go by the chain too. */
  onChain: boolean
}

/** What it is told later. */
export type Order = { receipts: Hex } | { claim: Hex } | { game: Hex } | { message: string }

/** A claim as JSON. */
export type ContentJson = Record<string, string>

/** What it tells. */
export type Report =
  | { type: 'ready'; content: ContentJson; lieAt: string; steps: string }
  | { type: 'claimed'; gas: number; hash: Hex }
  | { type: 'message'; text: string }
  | { type: 'signed'; picks: number }
  | { type: 'agrees' }
  | { type: 'challenged'; link: number; game: Hex; gas: number; hash: Hex }
  | { type: 'move'; kind: string; gas: number; hash: Hex; ms: number }
  | { type: 'stuck'; code: string; peakBytes: number }
  | { type: 'over'; status: number; peakBytes: number }
  | { type: 'failed'; code: string; message: string; hint: string }

/** A player's process. */
export type PlayerProcess = {
  order(order: Order): void
  /** The next report. @throws what failed in the process, Demo.PlayerEnded */
  next(): Promise<Report>
  stop(): Promise<void>
}

/** Starts a player; what it writes to standard error goes to a log. */
export function startPlayer(config: PlayerConfig, logFile: string): PlayerProcess {
  const script = new URL('./playerMain.ts', import.meta.url).pathname
  mkdirSync(dirname(logFile), { recursive: true })
  const log = createWriteStream(logFile, { flags: 'a' })
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stderr.pipe(log)
  child.stdin.on('error', () => {})
  const reports: Report[] = []
  let wake = (): void => {}
  let isEnded = false
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    reports.push(JSON.parse(line) as Report)
    wake()
  })
  const closed = new Promise<void>((done) =>
    child.once('close', () => {
      isEnded = true
      wake()
      done()
    }),
  )
  const write = (message: object): void => {
    child.stdin.write(`${JSON.stringify(message)}\n`)
  }
  write(config)
  return {
    order: write,
    next: async () => {
      for (;;) {
        const report = reports.shift()
        if (report?.type === 'failed') {
          throw new AmbrosiaError(report.code, report.message, { hint: report.hint })
        }
        if (report !== undefined) return report
        if (isEnded) throw new PlayerEndedError(config.role)
        await new Promise<void>((done) => {
          wake = done
        })
      }
    },
    stop: async () => {
      child.kill('SIGTERM')
      await closed
    },
  }
}

export class PlayerEndedError extends AmbrosiaError {
  constructor(role: string) {
    super('Demo.PlayerEnded', `the process of the ${role} ended`, {
      hint: 'Its log says why; run the demonstration again.',
    })
  }
}
