import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { toQuantity } from '../Genesis.ts'
import { connectIpc, type IpcClient } from './IpcClient.ts'

const SUPERVISE = fileURLToPath(new URL('./supervise.ts', import.meta.url))
const START_MS = 60_000
const POLL_MS = 25
/** EIP-7825: no transaction may ask for more, and no call either. */
const TRANSACTION_GAS = 16_777_216n

/** Without this, go-ethereum listens for peers on every interface. */
const NO_PEERS = '[Node.P2P]\nListenAddr = ""\nNoDiscovery = true\nMaxPeers = 0\n'

export type GethProcess = {
  ipc: IpcClient
  /** Its process id. */
  pid: number
  /** Resolves with an exit code when it ends, whatever ends it. */
  ended: Promise<number>
  /** Ends it and waits. */
  stop(): Promise<void>
}

/**
 * Starts an unmodified go-ethereum as a private engine over its IPC socket, which gives whoever may
 * open it (mode 0600) every power over the node. State by hash and archive mode: what a killed
 * process has answered for is there when it starts again.
 * @throws Geth.DidNotStart
 */
export async function startGeth(options: {
  binary: string
  /** Its own folder; made where it is missing. */
  directory: string
  genesis: Genesis
}): Promise<GethProcess> {
  const { binary, directory, genesis } = options
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const socket = join(directory, 'geth.ipc')
  const log = join(directory, 'geth.log')
  const logFile = openSync(log, 'a', 0o600)
  await initialise(binary, directory, genesis, logFile)
  rmSync(socket, { force: true })
  const child = spawn(process.execPath, [SUPERVISE, binary, ...flags(directory, socket, genesis)], {
    stdio: ['pipe', 'pipe', logFile],
  })
  const pid = new Promise<number>((resolve) => {
    child.stdout?.once('data', (line: Buffer) => resolve(Number(line.toString().trim())))
  })
  let hasEnded = false
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      hasEnded = true
      resolve(code ?? 1)
    })
  })
  const stop = async () => {
    child.stdin?.end()
    await ended
  }
  const deadline = performance.now() + START_MS
  for (;;) {
    try {
      const ipc = await connectIpc(socket)
      await ipc.call('eth_chainId', [])
      return { ipc, pid: await pid, ended, stop }
    } catch {
      if (!hasEnded && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        continue
      }
      await stop()
      throw new DidNotStartError(readFileSync(log, 'utf8').split('\n').slice(-4).join(' '))
    }
  }
}

function flags(directory: string, socket: string, genesis: Genesis): string[] {
  const limit = toQuantity(genesis.gasLimit, 0n)
  const gasLimit = limit.toString()
  const callGas = (limit < TRANSACTION_GAS ? limit : TRANSACTION_GAS).toString()
  return [
    ...['--config', join(directory, 'p2p.toml'), '--datadir', directory],
    ...['--networkid', String(genesis.config.chainId), '--ipcpath', socket],
    ...['--state.scheme', 'hash', '--gcmode', 'archive', '--syncmode', 'full'],
    ...['--authrpc.addr', '127.0.0.1', '--authrpc.port', '0'],
    ...['--authrpc.jwtsecret', join(directory, 'jwt.hex')],
    ...['--nodiscover', '--maxpeers', '0', '--nat', 'none'],
    ...['--miner.gaslimit', gasLimit, '--miner.gasprice', '1', '--txpool.pricelimit', '1'],
    ...['--rpc.gascap', callGas, '--rpc.txfeecap', '0', '--cache', '512', '--verbosity', '2'],
  ]
}

async function initialise(binary: string, directory: string, genesis: Genesis, logFile: number) {
  if (existsSync(join(directory, 'initialised'))) return
  const file = join(directory, 'genesis.json')
  writeFileSync(file, JSON.stringify(genesis))
  writeFileSync(join(directory, 'p2p.toml'), NO_PEERS)
  writeFileSync(join(directory, 'jwt.hex'), randomBytes(32).toString('hex'), { mode: 0o600 })
  const args = ['--datadir', directory, '--state.scheme', 'hash', 'init', file]
  const child = spawn(binary, args, { stdio: ['ignore', logFile, logFile] })
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', resolve)
  })
  if (code !== 0) throw new DidNotStartError(`init ended with ${code}`)
  // Written last: an initialisation that was interrupted is done again.
  writeFileSync(join(directory, 'initialised'), '')
}

export class DidNotStartError extends AmbrosiaError {
  constructor(what: string) {
    super('Geth.DidNotStart', `go-ethereum did not start: ${what.slice(-400)}`)
  }
}
