import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import type { Hex } from 'viem'
import { type Program, serviceUrl } from '../Program.ts'

const SOURCES = fileURLToPath(new URL('../../../../apps/node/src', import.meta.url))

/** What a node does beside following its chain. */
export type NodeRole = 'full' | 'sequencer' | 'batcher' | 'asserter' | 'watcher' | 'aggregator'

export type NodeOptions = {
  /** Names its folder in the home and its log: `node-1`. */
  name: string
  home: string
  l1RpcUrl: string
  roles: readonly NodeRole[]
  engine: 'ethereumjs' | 'geth'
  /** Description of the network, with its secrets. */
  description: string
  /** List of the other nodes. */
  peers: string
  port: number
  peerPort: number
  /** Milliseconds between two looks at L1. */
  pollMs?: number
  env?: Readonly<Record<string, string>>
}

/** A node of the layer-2 chain as a program. */
export function nodeProgram(options: NodeOptions): Program {
  const { name, home } = options
  return {
    name,
    run: { node: join(SOURCES, 'main.ts') },
    env: {
      ...placesOf(name, home),
      AMBROSIA_NAME: name,
      AMBROSIA_PORT: String(options.port),
      AMBROSIA_RPC_URL: options.l1RpcUrl,
      AMBROSIA_NODE_NETWORK: options.description,
      AMBROSIA_NODE_ROLES: options.roles.join(','),
      AMBROSIA_NODE_ENGINE: options.engine,
      AMBROSIA_NODE_PEERS: options.peers,
      AMBROSIA_NODE_PEER_PORT: String(options.peerPort),
      AMBROSIA_NODE_POLL_MS: String(options.pollMs ?? 250),
      AMBROSIA_NODE_BLOCK_MS: '250',
      NODE_COMPILE_CACHE:
        process.env['NODE_COMPILE_CACHE'] ?? join(homedir(), '.cache', 'ambrosia', 'compiled'),
      ...options.env,
    },
    readyUrl: serviceUrl,
    healthPath: '/health',
    restart: 'always',
  }
}

/**
 * The account of a node in this home, made where there is none.
 * @throws what the node refuses with
 */
export async function memberAccount(name: string, home: string): Promise<Hex> {
  const { account } = await runCommand('account', { args: ['--json'], env: placesOf(name, home) })
  return account as Hex
}

/** Hash of the block that a genesis file makes. @throws what the node refuses with */
export async function hashGenesis(genesis: Genesis): Promise<Hex> {
  const { hash } = await runCommand('genesis', { input: JSON.stringify(genesis) })
  return hash as Hex
}

/**
 * The id of the guest program, whose trees are computed where they never were.
 * @throws what the node refuses with
 */
export async function prepareGuest(): Promise<Hex> {
  const { programId } = await runCommand('guest', {})
  return programId as Hex
}

function placesOf(name: string, home: string): Record<string, string> {
  return {
    AMBROSIA_HOME: home,
    AMBROSIA_ENV: 'development',
    AMBROSIA_DATA: join(home, name),
    NODE_NO_WARNINGS: '1',
  }
}

/** Runs a command of the node and reads the object that it prints. */
async function runCommand(
  name: string,
  options: { args?: string[]; env?: Record<string, string>; input?: string },
): Promise<Record<string, unknown>> {
  const path = join(SOURCES, 'commands', `${name}.ts`)
  const child = spawn(process.execPath, [path, ...(options.args ?? [])], {
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const output = await text(child.stdout)
  let result: { ok?: boolean; error?: { code: string; message: string } }
  try {
    result = JSON.parse(output.trim().split('\n').at(-1) ?? '')
  } catch {
    throw new AmbrosiaError('Devnet.NodeFailed', `the node's command ${name} gave no answer`)
  }
  if (result.ok === true) return result as Record<string, unknown>
  const { code = 'Devnet.NodeFailed', message = 'unknown failure' } = result.error ?? {}
  throw new AmbrosiaError(code, message)
}
