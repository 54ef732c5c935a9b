import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { call } from '@ambrosia/api/client/call'
import { createIssuerClient, type IssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { storeRoutes } from '@ambrosia/api/store/routes'
import type { OracleNetworkParameters } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import { relayCreation } from '@ambrosia/sdk/identity/createDid'
import type { Address } from 'viem'
import * as Anvil from './Anvil.ts'
import { developmentAccount } from './accounts.ts'
import { type Maker, readMark, writeMark } from './HomeMark.ts'
import { type NetworkFile, writeNetworkFile } from './NetworkFile.ts'
import { releaseHome } from './Owner.ts'
import { assertFreePorts, choosePorts, DEFAULT_PORTS, type TakenPort } from './Ports.ts'
import { assertNotInterrupted } from './Process.ts'
import { pageFolder, pageProgram } from './page.ts'
import { createSupervisor, type Supervisor } from './Supervisor.ts'
import { serviceProgram } from './services.ts'
import { admitOracles } from './start/admitOracles.ts'
import { assertSameContracts } from './start/assertSameContracts.ts'
import { deployContracts } from './start/deployContracts.ts'
import { foundOracles } from './start/foundOracles.ts'
import { chainFileOf, type KeptChain, keepChain } from './start/keepChain.ts'
import { prepareHome } from './start/prepareHome.ts'
import { waitFor } from './start/waitFor.ts'
import type { ProcessEvent, Supervised } from './supervise.ts'

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
  ports: TakenPort[]
  /** Its processes by name: `chain`, `issuer`, `store`, `oracle-1` and up. */
  supervisor: Supervisor
  /** The oracles' processes in the order of `file.services.oracles`. */
  oracles: Supervised[]
  /** The page's server, where one was asked for, and the folder that it serves. */
  page?: { url: string; folder: string }
  /** Ends everything, the chain last. */
  stop(): Promise<void>
}

export type StartOptions = {
  home: string
  /** Default 3, or as many as the network has that the home keeps. */
  oracleCount?: number
  /** Default the ports of the design; `ANY_PORTS` for a network that meets no other. */
  ports?: { chain: number; issuer: number; store: number; firstOracle: number; page: number }
  /** Serves the page too. Default false. */
  page?: boolean
  /** A chain with the contracts on it, to begin with: nothing is deployed then. */
  prepared?: { stateFile: string; contracts: NetworkFile['contracts'] }
  /**
   * Makes a block each second where nobody sends anything: for what looks at the chain's clock.
   * Default false.
   */
  blocksByClock?: boolean
  /**
   * The exchange is on a layer-2 chain of three members above the development chain, whose gas is
   * MED. Such a network is not kept. Default false.
   */
  onLayer2?: boolean
  /** Blocks after which services believe the chain. Default 1. */
  confirmations?: number
  /**
   * Where everybody is told that the store is, in place of where it is: for what stands between.
   */
  storeUrl?: (own: string) => string
  /**
   * Oracles join by stake, evidence and votes, and keep epochs; without it the deployer admits
   * them.
   */
  oracleNetwork?: OracleNetworkParameters
  /**
   * Who starts it. The network of `up` is kept in its home and comes back with it; default `demo`,
   * which is not.
   */
  maker?: Maker
  /** Deletes what an earlier network made in the home, wallet included. Default false. */
  fresh?: boolean
  /** Seconds between two epochs of the status lists. Default 2 in development. */
  statusPeriodSec?: number
  /**
   * Starts a service again that ended unasked. Default false: a test wants to see that it ended.
   */
  restarts?: boolean
  onStep?: (step: string) => void
  /** Told which port each process gets, before it starts. */
  onPorts?: (ports: readonly TakenPort[]) => void
  /** Told when the chain can't be kept on disk. */
  onChainUnkept?: (error: unknown) => void
  /** Told what happens to the processes, now and later. */
  onEvent?: (event: ProcessEvent) => void
  /** Debugger port by process name. */
  inspectPorts?: Readonly<Record<string, number>>
  /** Ends a start that is under way; what was started is ended too. */
  signal?: AbortSignal | undefined
}

/**
 * Starts chain, contracts, issuer, store and oracles, registers and admits them, and waits until
 * all are ready. A network that the home keeps is started again as it was.
 * @throws Network.*, Home.*, Interrupted, Devnet.*
 */
export async function start(options: StartOptions): Promise<Network> {
  const { home, maker = 'demo' } = options
  const kept = prepareHome(home, maker, options.fresh ?? false)
  const supervisor = createSupervisor({
    logFolder: path.join(home, 'logs'),
    restarts: options.restarts ?? false,
    signal: options.signal,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  })
  let chain: KeptChain | undefined
  const stop = async (): Promise<void> => {
    // The services end first, so that the chain is kept with all that they saw.
    await supervisor.stop(async () => {
      await chain?.stop()
      await chain?.write().catch((error: unknown) => options.onChainUnkept?.(error))
    })
    releaseHome(home)
  }
  try {
    const network = await startProcesses(options, supervisor, kept)
    if (maker === 'up') {
      const { client } = network.chain
      const onFailure = options.onChainUnkept
      chain = keepChain({ client, home, ...(onFailure === undefined ? {} : { onFailure }) })
      await chain.write()
    }
    const mark = readMark(home)
    if (mark !== undefined) writeMark(home, { ...mark, isComplete: true })
    return { ...network, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startProcesses(
  options: StartOptions,
  supervisor: Supervisor,
  kept: NetworkFile | undefined,
): Promise<Omit<Network, 'stop'>> {
  const { home, signal } = options
  const onStep = (step: string): void => {
    options.onStep?.(step)
    assertNotInterrupted(signal)
  }
  if (kept !== undefined) assertOracleCount(kept, options.oracleCount)
  const ports = kept
    ? [...(await assertFreePorts(portsOf(kept))), ...(await choosePorts(pagePortOf(options)))]
    : await choosePorts(wantedPorts(options))
  options.onPorts?.(ports)
  const [chainPort, ...otherPorts] = ports as [TakenPort, ...TakenPort[]]
  const servicePorts = otherPorts.filter(({ name }) => name !== PAGE)
  onStep('chain')
  const prepared = kept
    ? { stateFile: chainFileOf(home), contracts: kept.contracts }
    : options.prepared
  const loaded = prepared === undefined ? {} : { loadFile: prepared.stateFile }
  const { url: rpcUrl } = await supervisor.add(
    Anvil.program({
      port: chainPort.port,
      ...loaded,
      ...((options.blocksByClock ?? options.onLayer2) === true && { intervalSec: 1, mixed: true }),
    }),
  )
  onStep('contracts')
  const contractsAt = performance.now()
  if (kept !== undefined) await assertSameContracts(rpcUrl, kept.contracts)
  const { contracts, isCached } = prepared
    ? { ...prepared, isCached: true }
    : await deployContracts(rpcUrl, options.onLayer2 ? undefined : options.oracleNetwork)
  const place = options.onLayer2
    ? await placeOnL2(options, { rpcUrl, supervisor, contracts, onStep })
    : { rpcUrl, chainId: Anvil.CHAIN_ID, contracts }
  const contractsMs = performance.now() - contractsAt
  onStep('services')
  const servicesAt = performance.now()
  const file = networkFileOf({ ...place, ports: servicePorts }, options)
  writeNetworkFile(home, file)
  const statusPeriodSec = options.statusPeriodSec ?? 2
  const [, , ...oracles] = await Promise.all(
    servicePorts.map(({ name, port }) => {
      const program = serviceProgram({ name, port }, { home, statusPeriodSec })
      const inspectPort = options.inspectPorts?.[name]
      return supervisor.add(program, inspectPort === undefined ? {} : { inspectPort })
    }),
  )
  const joined = await join(home, file, onStep, signal)
  const pagePort = otherPorts.find(({ name }) => name === PAGE)
  const page = pagePort && (await startPage(supervisor, home, pagePort.port))
  const times = {
    contractsMs,
    contractsCached: isCached,
    servicesMs: performance.now() - servicesAt,
  }
  const rest = { ...joined, ...(page ? { page } : {}) }
  return { home, file, statusPeriodSec, times, ports, supervisor, oracles, ...rest }
}

/** The exchange above the chain that was started. */
async function placeOnL2(
  { home, ports = DEFAULT_PORTS, oracleNetwork, signal }: StartOptions,
  below: {
    rpcUrl: string
    supervisor: Supervisor
    contracts: NetworkFile['contracts']
    onStep: (step: string) => void
  },
) {
  // The node brings the runtime of an Ethereum; only who asks for it loads it.
  const { exchangeOnL2 } = await import('./l2/exchangeOnL2.ts')
  const { L2_PORT } = await import('./l2/startL2.ts')
  const { accessManager, medToken } = below.contracts as Record<string, Address>
  return await exchangeOnL2({
    ...{ ...below, home, oracleNetwork, signal },
    contracts: { accessManager: accessManager as Address, medToken: medToken as Address },
    port: ports.chain === 0 ? 0 : L2_PORT,
  })
}

const PAGE = 'page'

async function startPage(
  supervisor: Supervisor,
  home: string,
  port: number,
): Promise<{ url: string; folder: string }> {
  const folder = pageFolder()
  const { url } = await supervisor.add(pageProgram({ home, port, folder }))
  return { url, folder }
}

/** Makes services that run members of the network: the issuer's DID, the oracles' admission. */
async function join(
  home: string,
  file: NetworkFile,
  onStep: (step: string) => void,
  signal: AbortSignal | undefined,
): Promise<Pick<Network, 'chain' | 'issuer' | 'issuerDid' | 'operators' | 'storeAccount'>> {
  const { services } = file
  const chain = createChain(file)
  const issuer = createIssuerClient({
    url: services.issuer,
    operatorToken: readFileSync(path.join(home, 'issuer', 'operator-token'), 'utf8').trim(),
    fetch,
    now: Date.now,
  })
  const { did: issuerDid, creation } = await issuer.service()
  if (!(await isCreated(chain, issuerDid)))
    await relayCreation(chain, developmentAccount('deployer'), creation)
  onStep('oracles join')
  const admit = Object.hasOwn(file.contracts, 'oracleAdmission') ? foundOracles : admitOracles
  const operators = await admit(file, chain, signal)
  onStep('waiting until every service is ready')
  await Promise.all(
    services.oracles.map((url) =>
      waitFor(`${url} is ready`, async () => (await fetch(`${url}/ready`)).ok, signal),
    ),
  )
  const { account: storeAccount } = await call(
    { name: 'store', url: services.store, fetch, now: Date.now },
    storeRoutes.describe,
    {},
  )
  return { chain, issuer, issuerDid, operators, storeAccount }
}

/** A network that comes back has its issuer already. */
async function isCreated(chain: Chain, did: string): Promise<boolean> {
  const { didDocument } = await chain.resolver.resolve(did)
  return didDocument !== null
}

function networkFileOf(
  network: {
    rpcUrl: string
    chainId: number
    contracts: NetworkFile['contracts']
    ports: readonly TakenPort[]
  },
  { confirmations = 1, storeUrl = (own) => own }: StartOptions,
): NetworkFile {
  const [issuer, store, ...oracles] = network.ports.map(
    ({ port }) => `http://127.0.0.1:${port}`,
  ) as [string, string, ...string[]]
  return {
    version: 1,
    chainId: network.chainId,
    rpcUrl: network.rpcUrl,
    contracts: network.contracts,
    services: { issuer, store: storeUrl(store), oracles },
    confirmations,
  }
}

/** The ports of a network that is kept: its services are known by them. */
function portsOf({ rpcUrl, services }: NetworkFile): { name: string; port: number }[] {
  const port = (url: string): number => Number(new URL(url).port)
  return [
    { name: 'chain', port: port(rpcUrl) },
    { name: 'issuer', port: port(services.issuer) },
    { name: 'store', port: port(services.store) },
    ...services.oracles.map((url, index) => ({ name: `oracle-${index + 1}`, port: port(url) })),
  ]
}

function assertOracleCount({ services }: NetworkFile, wanted: number | undefined): void {
  const { length } = services.oracles
  if (wanted !== undefined && wanted !== length) throw new OtherOraclesError(length)
}

/** Processes in the order of their start, each with the port it would like. */
function wantedPorts(options: StartOptions): { name: string; port: number }[] {
  const { chain, issuer, store, firstOracle } = options.ports ?? DEFAULT_PORTS
  return [
    { name: 'chain', port: chain },
    { name: 'issuer', port: issuer },
    { name: 'store', port: store },
    ...Array.from({ length: options.oracleCount ?? 3 }, (_, index) => ({
      name: `oracle-${index + 1}`,
      port: firstOracle === 0 ? 0 : firstOracle + index,
    })),
    ...pagePortOf(options),
  ]
}

/** The page's port, where a page is asked for. */
function pagePortOf({
  page,
  ports = DEFAULT_PORTS,
}: StartOptions): { name: string; port: number }[] {
  return page === true ? [{ name: PAGE, port: ports.page }] : []
}

export class OtherOraclesError extends AmbrosiaError {
  constructor(count: number) {
    super(
      'Network.OtherOracles',
      `the network in this home has ${count} ${count === 1 ? 'oracle' : 'oracles'}`,
      {
        hint: 'Leave --oracles out, or start another network with --fresh or in another AMBROSIA_HOME.',
      },
    )
  }
}
