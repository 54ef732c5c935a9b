import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { DISPUTE_RULES } from '@ambrosia/chain/deploy/disputeParameters'
import { send } from '@ambrosia/chain/send'
import { type L2Network, toPublic } from '@ambrosia/rollup/network/L2Network'
import type { NetworkChoices } from '@ambrosia/rollup/network/planNetwork'
import { createPublicClient, createWalletClient, type Hex, http, parseEther } from 'viem'
import { developmentAccount } from '../accounts.ts'
import { firstFree } from '../Ports.ts'
import type { Supervisor } from '../Supervisor.ts'
import type { Supervised } from '../supervise.ts'
import { writeWhole } from '../writeWhole.ts'
import { createNetwork } from './createNetwork.ts'
import { memberAccount, type NodeRole, nodeProgram } from './nodeProgram.ts'

/** The chain id of the layer-2 chain of a development network. */
export const L2_CHAIN_ID = 777_001
/** The port at which the first node answers JSON-RPC; design, section 10. */
export const L2_PORT = 8600
/** What each member is given: ether for gas on L1, MED for bonds. */
const FUNDS = parseEther('1000')
/** Fees of a development network go to nobody. */
const FEE_RECIPIENT: Hex = `0x${'fe'.repeat(20)}`

/** One node of the network. */
export type L2Node = {
  name: string
  account: Hex
  /** JSON-RPC. */
  url: string
  /** Where members reach it. */
  peerPort: number
  process: Supervised
}

/** A layer-2 network that runs. */
export type L2 = {
  network: L2Network
  /** Its description, secrets included. */
  description: string
  /** What its users may have of that. */
  publicDescription: string
  nodes: L2Node[]
}

/** What each of the three members does, unless said otherwise. */
const ROLES: readonly (readonly NodeRole[])[] = [
  ['sequencer', 'batcher', 'asserter'],
  ['watcher'],
  ['watcher', 'aggregator'],
]

/**
 * Starts a layer-2 network of three members on a development chain, which must make blocks by the
 * clock. Its gas token is MED.
 * @throws Devnet.*, Deployment.*, Chain.*
 */
export async function startL2(options: {
  home: string
  rpcUrl: string
  supervisor: Supervisor
  contracts: { accessManager: Hex; medToken: Hex }
  roles?: readonly (readonly NodeRole[])[]
  choices?: Partial<NetworkChoices>
  engine?: 'ethereumjs' | 'geth'
  /** Port of the first node; 0 is any. */
  port?: number
  /** Settings of single nodes, by name. */
  env?: Readonly<Record<string, Readonly<Record<string, string>>>>
  onStep?: (step: string) => void
}): Promise<L2> {
  const { home, rpcUrl, supervisor, contracts, roles = ROLES } = options
  const names = roles.map((_, index) => `node-${index + 1}`)
  options.onStep?.('accounts of the members')
  const members = await Promise.all(names.map((name) => memberAccount(name, home)))
  const client = createPublicClient({ transport: http(rpcUrl), cacheTime: 0, pollingInterval: 50 })
  options.onStep?.('network')
  const folder = join(home, 'l2')
  const description = join(folder, 'network.json')
  const account = developmentAccount('deployer')
  const create = async (): Promise<L2Network> => {
    await fund(client, contracts.medToken, members)
    const choices = choicesOf(contracts.medToken, members, account.address)
    return createNetwork({
      client,
      account,
      accessManager: contracts.accessManager,
      path: description,
      choices: { ...choices, ...options.choices },
    })
  }
  // A home that is kept brings its network back; one whose creation was interrupted has nothing
  // that anybody needs.
  const publicDescription = join(folder, 'public.json')
  const isWhole = existsSync(publicDescription)
  if (!isWhole) rmSync(description, { force: true })
  const network = isWhole
    ? (JSON.parse(readFileSync(description, 'utf8')) as L2Network)
    : await create()
  writeFileSync(publicDescription, `${JSON.stringify(toPublic(network), null, 2)}\n`)
  const ports = await choosePorts(names.length, options.port ?? L2_PORT)
  const peers = join(folder, 'peers.json')
  mkdirSync(folder, { recursive: true })
  const addresses = members.map((member, index) => ({
    account: member,
    host: '127.0.0.1',
    port: ports[index]?.peerPort,
  }))
  writeFileSync(peers, `${JSON.stringify(addresses, null, 2)}\n`)
  options.onStep?.('nodes')
  const nodes = await Promise.all(
    names.map(async (name, index): Promise<L2Node> => {
      const process = await supervisor.add(
        nodeProgram({
          name,
          home,
          l1RpcUrl: rpcUrl,
          roles: roles[index] ?? [],
          engine: options.engine ?? 'ethereumjs',
          description,
          peers,
          ...(ports[index] as { port: number; peerPort: number }),
          env: options.env?.[name] ?? {},
        }),
      )
      const { peerPort } = ports[index] as { peerPort: number }
      return { name, account: members[index] as Hex, url: process.url, peerPort, process }
    }),
  )
  const urls = nodes.map(({ name, url }) => ({ name, url }))
  writeWhole(join(folder, 'nodes.json'), `${JSON.stringify(urls, null, 2)}\n`)
  return { network, description, publicDescription, nodes }
}

function choicesOf(medToken: Hex, members: readonly Hex[], governor: Hex): NetworkChoices {
  return {
    chainId: L2_CHAIN_ID,
    members,
    threshold: Math.floor(members.length / 2) + 1,
    sequencer: members[0] as Hex,
    governor,
    gasToken: medToken,
    bondToken: medToken,
    bond: parseEther('10'),
    cadenceSec: 4,
    inclusionDelaySec: 60,
    periodSec: 3600,
    gasLimit: 30_000_000,
    feeRecipient: FEE_RECIPIENT,
    maximumDriftSec: 600,
    recordGas: 1_000_000_000,
    maximumBatches: 100,
  }
}

/** Bonds of a development network, with times of an afternoon. */
export const DEVELOPMENT_DISPUTE: NonNullable<NetworkChoices['dispute']> = {
  ...DISPUTE_RULES,
  claimBond: parseEther('20'),
  challengeBond: parseEther('10'),
  reward: parseEther('5'),
  availabilityPeriod: 600n,
  window: 900n,
  grace: 60n,
  clock: 480,
  extension: 240,
  linesPerSecond: 100_000,
}

type L1Client = Parameters<typeof send>[0]

async function fund(client: L1Client, medToken: Hex, members: readonly Hex[]): Promise<void> {
  const deployer = developmentAccount('deployer')
  const transport = http(client.transport['url'] as string)
  const wallet = createWalletClient({ account: deployer, transport })
  for (const to of members) {
    await wallet.sendTransaction({ to, value: FUNDS, chain: null })
    await send(client, developmentAccount('consumer'), {
      address: medToken,
      abi: medTokenAbi,
      functionName: 'transfer',
      args: [to, FUNDS],
    })
  }
}

async function choosePorts(
  count: number,
  first: number,
): Promise<{ port: number; peerPort: number }[]> {
  const taken = new Set<number>()
  const next = async (from: number): Promise<number> => {
    const port = await firstFree(from, taken)
    taken.add(port)
    return port
  }
  const ports: { port: number; peerPort: number }[] = []
  for (let index = 0; index < count; index++) {
    ports.push({ port: await next(first), peerPort: await next(0) })
  }
  return ports
}
