import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { PublicClient } from 'viem'
import * as Process from './Process.ts'
import type { Program } from './Program.ts'

/** The chain id of development networks. */
export const CHAIN_ID = 31337

const PLATFORMS: Record<string, string> = {
  'linux-x64': 'linux-amd64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-amd64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-amd64',
}

export type AnvilOptions = {
  port: number
  /** File that the chain is loaded from and kept in when it ends. */
  stateFile?: string
  /** File that the chain is loaded from; nothing is written. */
  loadFile?: string
  /**
   * Seconds between blocks. Without it a block is mined for each transaction; under many at once
   * that loses wake-ups.
   */
  intervalSec?: number
  /**
   * A block for each transaction and, where there is none, after the interval: for chains whose
   * clock matters.
   */
  mixed?: boolean
}

/**
 * Anvil, a local Ethereum. It keeps its chain in memory, so it is never started again by itself:
 * what came back would be another chain.
 * @throws Devnet.NoAnvil
 */
export function program(options: AnvilOptions): Program {
  const args = ['--port', String(options.port), '--host', '127.0.0.1']
  args.push('--chain-id', String(CHAIN_ID), '--accounts', '20', '--preserve-historical-states')
  if (options.stateFile !== undefined) args.push('--state', options.stateFile)
  if (options.loadFile !== undefined) args.push('--load-state', options.loadFile)
  if (options.intervalSec !== undefined) args.push('--block-time', String(options.intervalSec))
  if (options.mixed === true) args.push('--mixed-mining')
  return {
    name: 'chain',
    run: { binary: binary() },
    args,
    restart: 'never',
    readyUrl: (line) => {
      const match = /Listening on (127\.0\.0\.1:\d+)/.exec(line)
      return match ? `http://${match[1]}` : undefined
    },
  }
}

/** Starts anvil alone, for tests and benchmarks of the chain. */
export async function start(
  options: AnvilOptions & { logFile: string; signal?: AbortSignal | undefined },
): Promise<Process.Running> {
  const { logFile, signal } = options
  return await Process.start(program(options), { logFile, signal })
}

/** Moves the clock of a development chain forward and mines a block. */
export async function advanceTime(client: PublicClient, seconds: number): Promise<void> {
  await request(client, 'evm_increaseTime', [seconds])
  await request(client, 'evm_mine', [])
}

/** Mines a block at the present time. */
export async function mine(client: PublicClient): Promise<void> {
  await request(client, 'evm_mine', [])
}

/** Gives the next block of a development chain a time, seconds; later than the newest has. */
export async function setNextBlockTime(client: PublicClient, timeSec: bigint): Promise<void> {
  await request(client, 'evm_setNextBlockTimestamp', [Number(timeSec)])
}

/** Everything the chain holds, as `loadFile` takes it (gzipped JSON). */
export async function dumpState(client: PublicClient): Promise<Uint8Array> {
  const hex = (await request(client, 'anvil_dumpState', [])) as string
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'))
}

/** Calls a method that only development chains have. */
async function request(client: PublicClient, method: string, params: unknown[]): Promise<unknown> {
  const send = client.request as (call: { method: string; params: unknown[] }) => Promise<unknown>
  return await send({ method, params })
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
