import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Network } from '@ambrosia/devnet/Network'
import { chainFileOf } from '@ambrosia/devnet/start/keepChain'
import type { Supervised } from '@ambrosia/devnet/supervise'
import type { Chance } from '../fuzz/Chance.ts'
import type { StoreProxy } from './StoreProxy.ts'

/** Something that goes wrong for a while. */
export type Trouble = { name: string; happen(chance: Chance): Promise<void> }

const LIAR = fileURLToPath(
  new URL('../../apps/oracle/src/testing/lyingEnclave.ts', import.meta.url),
)
const SKEW = fileURLToPath(new URL('skewedClock.ts', import.meta.url))
/** Less than a submission may differ from an oracle's clock. */
const SKEW_MS = 20_000
/** Less than a page of a database. */
const FULL_AT_BYTES = 1_024

const SERVICES = ['issuer', 'store', 'oracle-1', 'oracle-2', 'oracle-3']

/** What happens to the processes of a network, the store behind the proxy, and the chain. */
export function createTroubles(network: Network, proxy: StoreProxy): Trouble[] {
  const { supervisor, oracles } = network
  const restart = async (service: Supervised, env: NodeJS.ProcessEnv = {}): Promise<void> => {
    await service.kill()
    await startWith(service, env)
  }
  const killOf = (name: string, candidates: string[]): Trouble => ({
    name,
    happen: async (chance) => {
      const service = supervisor.get(chance.pick(candidates))
      await service.kill()
      await pause(chance.below(2_000))
      await startWith(service)
    },
  })
  const ofStore = (mood: StoreProxy['mood'], ms: number): Trouble => ({
    name: `store ${mood}`,
    happen: async () => {
      proxy.mood = mood
      await pause(ms)
      proxy.mood = 'sound'
    },
  })
  return [
    killOf('kill issuer', ['issuer']),
    killOf('kill store', ['store']),
    killOf(
      'kill oracle',
      oracles.map(({ name }) => name),
    ),
    {
      name: 'kill all services',
      happen: async () => {
        const all = SERVICES.map((name) => supervisor.get(name))
        await Promise.all(all.map((service) => service.kill()))
        await Promise.all(all.map((service) => service.start()))
      },
    },
    {
      name: 'kill chain',
      happen: async (chance) => {
        const chain = supervisor.get('chain')
        await waitUntilKept(network)
        await chain.kill()
        await pause(500 + chance.below(2_000))
        await startWith(chain)
      },
    },
    {
      name: 'reorganise chain',
      happen: async (chance) => {
        await rpc(network, 'anvil_reorg', [{ depth: 1 + chance.below(2), txBlockPairs: [] }])
      },
    },
    ofStore('slow', 4_000),
    ofStore('wrong', 2_000),
    ofStore('gone', 3_000),
    {
      name: 'store full',
      happen: async () => {
        const store = supervisor.get('store')
        await restart(store, { AMBROSIA_STORE_CAPACITY_BYTES: '1000' })
        await pause(3_000)
        await restart(store)
      },
    },
    {
      name: 'disk full',
      happen: async (chance) => {
        const { pid } = supervisor.get(chance.pick(SERVICES))
        if (pid === undefined) return
        await limitFiles(pid, String(FULL_AT_BYTES))
        await pause(4_000)
        await limitFiles(pid, 'unlimited')
      },
    },
    {
      name: 'one oracle deaf',
      happen: async (chance) => {
        const { pid } = chance.pick(oracles)
        if (pid === undefined) return
        process.kill(pid, 'SIGSTOP')
        await pause(4_000)
        process.kill(pid, 'SIGCONT')
      },
    },
    {
      name: 'one oracle lies',
      happen: async () => {
        const liar = oracles[2] as Supervised
        await restart(liar, { AMBROSIA_ENCLAVE_PROGRAM: LIAR })
        await pause(5_000)
        await restart(liar)
      },
    },
    {
      name: 'one clock differs',
      happen: async (chance) => {
        const skewMs = chance.once(2) ? SKEW_MS : -SKEW_MS
        await restart(chance.pick(oracles), {
          NODE_OPTIONS: `--import=${SKEW}`,
          AMBROSIA_CHAOS_SKEW_MS: String(skewMs),
        })
      },
    },
  ]
}

/**
 * A quota: no file of a running process grows beyond so many bytes, whoever writes it, SQLite too.
 * Children keep what they have. Linux only, since only there can it be lifted again.
 */
async function limitFiles(pid: number, size: string): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${size}:unlimited`])
}

/**
 * Waits until the chain was written down a moment ago: on a busy machine that happens more seldom,
 * and a crash would cost more blocks than everybody waits for.
 */
async function waitUntilKept({ home }: Network): Promise<void> {
  const file = chainFileOf(home)
  const { mtimeMs } = statSync(file)
  while (statSync(file).mtimeMs === mtimeMs) await pause(50)
}

/** Starts a process that finds more in its environment than the others do. */
export async function startWith(service: Supervised, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    await service.start()
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}

/** Makes everything whole again: all run with what is theirs, and nothing is spoilt. */
export async function healAll(network: Network, proxy: StoreProxy): Promise<void> {
  proxy.mood = 'sound'
  const chain = network.supervisor.get('chain')
  if (chain.pid === undefined) await chain.start()
  await Promise.all(
    SERVICES.map(async (name) => {
      const service = network.supervisor.get(name)
      await service.kill()
      await service.start()
    }),
  )
}

async function rpc({ file }: Network, method: string, params: unknown[]): Promise<void> {
  await fetch(file.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
}
