import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { PublicClient } from 'viem'
import * as Process from './Process.ts'

/** The chain id of development networks. */
export const CHAIN_ID = 31337

const PLATFORMS: Record<string, string> = {
  'linux-x64': 'linux-amd64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-amd64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-amd64',
}

/**
 * Starts anvil, a local Ethereum. Without an interval it mines a block for each transaction; under many at once that loses
 * wake-ups, so benchmarks give an interval.
 * @param stateFile keeps the chain over a restart
 */
export async function start(options: {
  port: number
  logFile: string
  stateFile?: string
  intervalSec?: number
  signal?: AbortSignal | undefined
}): Promise<Process.Running> {
  const args = [
    '--port',
    String(options.port),
    '--host',
    '127.0.0.1',
    '--chain-id',
    String(CHAIN_ID),
  ]
  args.push('--accounts', '20', '--preserve-historical-states')
  if (options.stateFile !== undefined) args.push('--state', options.stateFile)
  if (options.intervalSec !== undefined) args.push('--block-time', String(options.intervalSec))
  return await Process.start({
    name: 'chain',
    command: process.execPath,
    args: [fileURLToPath(new URL('superviseMain.ts', import.meta.url)), binary(), ...args],
    logFile: options.logFile,
    signal: options.signal,
    readyUrl: (line) => {
      const match = /Listening on (127\.0\.0\.1:\d+)/.exec(line)
      return match ? `http://${match[1]}` : undefined
    },
  })
}

/** Moves the clock of a development chain forward and mines a block. */
export async function advanceTime(client: PublicClient, seconds: number): Promise<void> {
  const request = client.request as (call: {
    method: string
    params: unknown[]
  }) => Promise<unknown>
  await request({ method: 'evm_increaseTime', params: [seconds] })
  await request({ method: 'evm_mine', params: [] })
}

function binary(): string {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`]
  const require = createRequire(import.meta.url)
  try {
    const folder = dirname(require.resolve(`@foundry-rs/anvil-${platform}/package.json`))
    return join(folder, 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
  } catch {
    throw new NoAnvilError()
  }
}

export class NoAnvilError extends AmbrosiaError {
  constructor() {
    super('Devnet.NoAnvil', `no anvil for ${process.platform} on ${process.arch} is installed`, {
      hint: 'Run the command again with a network, so that npm can install it, or name another chain.',
    })
  }
}
