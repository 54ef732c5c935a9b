import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createIssuerClient, type IssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { oracleRegistryAbi } from '@ambrosia/chain'
import { loadArtifacts } from '@ambrosia/chain/compile/bytecode'
import { deploy } from '@ambrosia/chain/deploy'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Chain, createChain, type NetworkView } from '@ambrosia/sdk/Chain'
import { relayCreation } from '@ambrosia/sdk/identity/createDid'
import { type Address, createPublicClient, createWalletClient, http, parseEther } from 'viem'
import * as Anvil from './Anvil.ts'
import { developmentAccount } from './accounts.ts'
import { assertNoOwner, claimHome, releaseHome } from './Owner.ts'
import { DEFAULT_PORTS, firstFree } from './Ports.ts'
import * as Process from './Process.ts'

/** `network.json`: what others script against. */
export type NetworkFile = NetworkView & {
  version: 1
  services: { issuer: string; store: string; oracles: string[] }
  confirmations: number
}

/** How long each part of the start took, milliseconds. */
export type StartTimes = { contractsMs: number; contractsCached: boolean; servicesMs: number }

/** A running development network. */
export type Network = {
  home: string
  file: NetworkFile
  chain: Chain
  issuer: IssuerClient
  issuerDid: string
  statusPeriodSec: number
  /** Operator accounts in the order of `file.services.oracles`. */
  operators: Address[]
  storeAccount: Address
  times: StartTimes
  processes: {
    chain: Process.Running
    issuer: Process.Running
    store: Process.Running
    oracles: Process.Running[]
  }
  /** Starts an oracle again that was ended or killed, with what it kept. */
  restartOracle(index: number): Promise<void>
  /** Ends everything, services first. */
  stop(): Promise<void>
}

export type StartOptions = {
  home: string
  /** Default 3. */
  oracleCount?: number
  /** 0 takes any free port for everything, so that two networks never meet. */
  ports?: { chain: number; issuer: number; store: number; firstOracle: number }
  /** Deletes what an earlier run left in the home. Default false. */
  fresh?: boolean
  /** Seconds between two epochs of the status lists. Default 2 in development. */
  statusPeriodSec?: number
  onStep?: (step: string) => void
  /** Ends a start that is under way; what was started is ended too. */
  signal?: AbortSignal
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const READY_TIMEOUT_MS = 60_000
/** What of a home belongs to a run of a network; keys of persons and deliveries stay. */
const RUN_PARTS = [
  'chain',
  'issuer',
  'store',
  'logs',
  'network.json',
  'oracle-1',
  'oracle-2',
  'oracle-3',
  'oracle-4',
  'oracle-5',
]

/** Starts chain, contracts, issuer, store and oracles, registers and admits them, and waits until all are ready. @throws Network.AlreadyUp, Interrupted, Devnet.* */
export async function start(options: StartOptions): Promise<Network> {
  const { home, signal } = options
  const onStep = (step: string): void => {
    options.onStep?.(step)
    Process.assertNotInterrupted(signal)
  }
  prepareHome(home, options.fresh ?? false)
  const started: Process.Running[] = []
  const stop = async (): Promise<void> => {
    const [first, ...rest] = started
    await Promise.all(rest.map((one) => one.stop()))
    await first?.stop()
    releaseHome(home)
  }
  try {
    const ports = await choosePorts(options)
    onStep('chain')
    const chainProcess = await Anvil.start({
      port: ports.chain,
      logFile: join(home, 'logs', 'chain.log'),
      signal,
    })
    started.push(chainProcess)
    onStep('contracts')
    const contractsAt = performance.now()
    const { contracts, cached } = await deployContracts(chainProcess.url)
    const contractsMs = performance.now() - contractsAt
    onStep('services')
    const servicesAt = performance.now()
    const url = (port: number): string => `http://127.0.0.1:${port}`
    const file: NetworkFile = {
      version: 1,
      chainId: Anvil.CHAIN_ID,
      rpcUrl: chainProcess.url,
      contracts,
      services: {
        issuer: url(ports.issuer),
        store: url(ports.store),
        oracles: ports.oracles.map(url),
      },
      confirmations: 1,
    }
    writeFileSync(join(home, 'network.json'), `${JSON.stringify(file, null, 2)}\n`)
    const statusPeriodSec = options.statusPeriodSec ?? 2
    const service = (name: string, app: string, port: number): Promise<Process.Running> =>
      startService({ name, app, port, home, statusPeriodSec, signal }).then((running) => {
        started.push(running)
        return running
      })
    const [issuerProcess, storeProcess, ...oracles] = await Promise.all([
      service('issuer', 'issuer', ports.issuer),
      service('store', 'store', ports.store),
      ...ports.oracles.map((port, index) => service(`oracle-${index + 1}`, 'oracle', port)),
    ])
    const chain = createChain(file)
    const issuer = createIssuerClient({
      url: file.services.issuer,
      operatorToken: readFileSync(join(home, 'issuer', 'operator-token'), 'utf8').trim(),
      fetch,
    })
    const { did, creation } = await issuer.service()
    await relayCreation(chain, developmentAccount('deployer'), creation)
    const operators = await admitOracles(chain, file.services.oracles, signal)
    onStep('ready')
    await Promise.all(file.services.oracles.map((one) => waitUntilReady(one, signal)))
    const { account } = await readService(file.services.store)
    return {
      home,
      file,
      chain,
      issuer,
      issuerDid: did,
      statusPeriodSec,
      operators,
      storeAccount: account,
      times: { contractsMs, contractsCached: cached, servicesMs: performance.now() - servicesAt },
      processes: {
        chain: chainProcess,
        issuer: issuerProcess as Process.Running,
        store: storeProcess as Process.Running,
        oracles,
      },
      restartOracle: async (index) => {
        oracles[index] = await service(
          `oracle-${index + 1}`,
          'oracle',
          ports.oracles[index] as number,
        )
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function prepareHome(home: string, fresh: boolean): void {
  assertNoOwner(home)
  if (fresh) rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true, mode: 0o700 })
  claimHome(home)
  // A development chain starts anew each time, so what services remembered of the last one is of no use.
  for (const part of RUN_PARTS) rmSync(join(home, part), { recursive: true, force: true })
}

async function choosePorts(options: StartOptions) {
  const wanted = options.ports ?? DEFAULT_PORTS
  const taken = new Set<number>()
  const take = async (port: number): Promise<number> => {
    const free = await firstFree(port, taken)
    taken.add(free)
    return free
  }
  const chain = await take(wanted.chain)
  const issuer = await take(wanted.issuer)
  const store = await take(wanted.store)
  const oracles: number[] = []
  for (let index = 0; index < (options.oracleCount ?? 3); index++) {
    oracles.push(await take(wanted.firstOracle === 0 ? 0 : wanted.firstOracle + index))
  }
  return { chain, issuer, store, oracles }
}

async function deployContracts(
  rpcUrl: string,
): Promise<{ contracts: Record<string, Address>; cached: boolean }> {
  let cached = true
  const artifacts = await loadArtifacts({
    progress: ({ step }) => {
      if (step === 'compiling') cached = false
    },
  })
  const transport = http(rpcUrl)
  const publicClient = createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 })
  const walletClient = createWalletClient({ account: developmentAccount('deployer'), transport })
  const addresses = await deploy({
    walletClient: walletClient as never,
    publicClient,
    artifacts,
    development: true,
    tokenHolder: developmentAccount('consumer').address,
  })
  return { contracts: addresses, cached }
}

async function startService(options: {
  name: string
  app: string
  port: number
  home: string
  statusPeriodSec: number
  signal?: AbortSignal | undefined
}): Promise<Process.Running> {
  const { name, home } = options
  return await Process.start({
    name,
    command: process.execPath,
    args: [join(ROOT, 'apps', options.app, 'src', 'main.ts')],
    env: {
      AMBROSIA_HOME: home,
      AMBROSIA_ENV: 'development',
      AMBROSIA_NAME: name,
      AMBROSIA_PORT: String(options.port),
      AMBROSIA_STATUS_PERIOD: String(options.statusPeriodSec),
      AMBROSIA_POLL_MS: '250',
      NODE_NO_WARNINGS: '1',
      // Half of a service's start is compiling what it imports.
      NODE_COMPILE_CACHE:
        process.env['NODE_COMPILE_CACHE'] ?? join(homedir(), '.cache', 'ambrosia', 'compiled'),
    },
    logFile: join(home, 'logs', `${name}.log`),
    signal: options.signal,
    readyUrl: (line) => {
      const match = /^\{"ready":true,"url":"([^"]+)"/.exec(line)
      return match?.[1]
    },
  })
}

/**
 * Gives each operator account ether, waits until all have registered themselves, and admits them in their order: the first one makes the
 * tag secret.
 */
async function admitOracles(
  chain: Chain,
  urls: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Address[]> {
  const deployer = developmentAccount('deployer')
  const transport = http(chain.client.transport['url'] as string)
  const wallet = createWalletClient({ account: deployer, transport })
  const services = await Promise.all(urls.map(readService))
  for (const { account } of services) {
    const hash = await wallet.sendTransaction({ to: account, value: parseEther('10'), chain: null })
    await chain.client.waitForTransactionReceipt({ hash })
  }
  const { oracleRegistry } = chain.contracts
  const isRegistered = async (account: Address): Promise<boolean> => {
    const oracle = await chain.client.readContract({
      address: oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'oracleOf',
      args: [account],
    })
    return oracle.status !== 0
  }
  await Promise.all(
    services.map(({ account }) =>
      waitFor(`${account} registers`, () => isRegistered(account), signal),
    ),
  )
  for (const { account, measurement } of services) {
    await chain.send(deployer, {
      address: oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'admit',
      args: [account, measurement],
    })
  }
  return services.map(({ account }) => account)
}

type ServiceAnswer = { account: Address; measurement: `0x${string}` }

async function readService(url: string): Promise<ServiceAnswer> {
  const response = await fetch(`${url}/v1/service`)
  return (await response.json()) as ServiceAnswer
}

async function waitUntilReady(url: string, signal: AbortSignal | undefined): Promise<void> {
  await waitFor(`${url} is ready`, async () => (await fetch(`${url}/ready`)).ok, signal)
}

async function waitFor(
  what: string,
  isDone: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await isDone())) {
    Process.assertNotInterrupted(signal)
    if (Date.now() > deadline) throw new NotReadyError(what)
    await pause(50)
  }
}

/** `network.json` of a home. @throws Devnet.NoNetwork, Devnet.DamagedNetworkFile */
export function readNetworkFile(home: string): NetworkFile {
  const path = join(home, 'network.json')
  if (!existsSync(path)) throw new NoNetworkError(home)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as NetworkFile
  } catch {
    throw new DamagedNetworkFileError(path)
  }
}

export class NotReadyError extends AmbrosiaError {
  constructor(what: string) {
    super('Devnet.NotReady', `waited ${READY_TIMEOUT_MS / 1000} s in vain until ${what}`, {
      hint: 'Read the logs in the home of the network.',
    })
  }
}

export class NoNetworkError extends AmbrosiaError {
  constructor(home: string) {
    super('Devnet.NoNetwork', `no network is described in ${home}`, {
      hint: 'Start one with ./ambrosia up, or set AMBROSIA_HOME.',
    })
  }
}

export class DamagedNetworkFileError extends AmbrosiaError {
  constructor(path: string) {
    super('Devnet.DamagedNetworkFile', `${path} is no JSON`, {
      hint: 'Start the network again with ./ambrosia up.',
    })
  }
}
