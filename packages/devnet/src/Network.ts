import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { call } from '@ambrosia/api/client/call'
import { createIssuerClient, type IssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { storeRoutes } from '@ambrosia/api/store/routes'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import { relayCreation } from '@ambrosia/sdk/identity/createDid'
import type { Address } from 'viem'
import * as Anvil from './Anvil.ts'
import { developmentAccount } from './accounts.ts'
import { type NetworkFile, writeNetworkFile } from './NetworkFile.ts'
import { releaseHome } from './Owner.ts'
import { choosePorts, DEFAULT_PORTS, type TakenPort } from './Ports.ts'
import { assertNotInterrupted } from './Process.ts'
import { createSupervisor, type Supervisor } from './Supervisor.ts'
import { serviceProgram } from './services.ts'
import { admitOracles } from './start/admitOracles.ts'
import { deployContracts } from './start/deployContracts.ts'
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
  /** Ends everything, the chain last. */
  stop(): Promise<void>
}

export type StartOptions = {
  home: string
  /** Default 3. */
  oracleCount?: number
  /** Default the ports of the design; `ANY_PORTS` for a network that meets no other. */
  ports?: { chain: number; issuer: number; store: number; firstOracle: number }
  /** A chain with the contracts on it, to begin with: nothing is deployed then. */
  prepared?: { stateFile: string; contracts: NetworkFile['contracts'] }
  /** Deletes what an earlier run left in the home. Default false. */
  fresh?: boolean
  /** Seconds between two epochs of the status lists. Default 2 in development. */
  statusPeriodSec?: number
  /** Starts a service again that ended unasked. Default false: a test wants to see that it ended. */
  restarts?: boolean
  onStep?: (step: string) => void
  /** Told which port each process gets, before it starts. */
  onPorts?: (ports: readonly TakenPort[]) => void
  /** Told what happens to the processes, now and later. */
  onEvent?: (event: ProcessEvent) => void
  /** Debugger port by process name. */
  inspectPorts?: Readonly<Record<string, number>>
  /** Ends a start that is under way; what was started is ended too. */
  signal?: AbortSignal | undefined
}

/** Starts chain, contracts, issuer, store and oracles, registers and admits them, and waits until all are ready. @throws Network.AlreadyUp, Interrupted, Devnet.* */
export async function start(options: StartOptions): Promise<Network> {
  const { home } = options
  prepareHome(home, options.fresh ?? false)
  const supervisor = createSupervisor({
    logFolder: path.join(home, 'logs'),
    restarts: options.restarts ?? false,
    signal: options.signal,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  })
  const stop = async (): Promise<void> => {
    await supervisor.stop()
    releaseHome(home)
  }
  try {
    return { ...(await startProcesses(options, supervisor)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startProcesses(
  options: StartOptions,
  supervisor: Supervisor,
): Promise<Omit<Network, 'stop'>> {
  const { home, signal } = options
  const onStep = (step: string): void => {
    options.onStep?.(step)
    assertNotInterrupted(signal)
  }
  const ports = await choosePorts(wantedPorts(options))
  options.onPorts?.(ports)
  const [chainPort, ...servicePorts] = ports as [TakenPort, ...TakenPort[]]
  onStep('chain')
  const { prepared } = options
  const loaded = prepared === undefined ? {} : { loadFile: prepared.stateFile }
  const { url: rpcUrl } = await supervisor.add(Anvil.program({ port: chainPort.port, ...loaded }))
  onStep('contracts')
  const contractsAt = performance.now()
  const { contracts, isCached } = prepared
    ? { ...prepared, isCached: true }
    : await deployContracts(rpcUrl)
  const contractsMs = performance.now() - contractsAt
  onStep('services')
  const servicesAt = performance.now()
  const file = networkFileOf({ rpcUrl, contracts, ports: servicePorts })
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
  const times = {
    contractsMs,
    contractsCached: isCached,
    servicesMs: performance.now() - servicesAt,
  }
  return { home, file, statusPeriodSec, times, ports, supervisor, oracles, ...joined }
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
  await relayCreation(chain, developmentAccount('deployer'), creation)
  const operators = await admitOracles(chain, services.oracles, signal)
  onStep('ready')
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

function networkFileOf(network: {
  rpcUrl: string
  contracts: NetworkFile['contracts']
  ports: readonly TakenPort[]
}): NetworkFile {
  const [issuer, store, ...oracles] = network.ports.map(
    ({ port }) => `http://127.0.0.1:${port}`,
  ) as [string, string, ...string[]]
  return {
    version: 1,
    chainId: Anvil.CHAIN_ID,
    rpcUrl: network.rpcUrl,
    contracts: network.contracts,
    services: { issuer, store, oracles },
    confirmations: 1,
  }
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
  ]
}
