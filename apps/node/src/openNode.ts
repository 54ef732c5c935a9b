import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import * as Chain from '@ambrosia/service/Chain'
import * as Config from '@ambrosia/service/Config'
import * as Database from '@ambrosia/service/Database'
import * as Log from '@ambrosia/service/Log'
import { placesOf } from '@ambrosia/service/settings'
import { openAccount } from './account.ts'
import { createLie } from './assertions/createLie.ts'
import type { NodeConfig } from './config.ts'
import { migrations } from './database/migrations.ts'
import type { NodeTables } from './database/tables.ts'
import { openDisputes } from './disputes/Disputes.ts'
import type { Engine } from './engine/Engine.ts'
import { requireEngine } from './engine/findEngine.ts'
import { createClock } from './l1/createClock.ts'
import { createCommittee } from './l1/createCommittee.ts'
import { createSender } from './l1/createSender.ts'
import { L1Log } from './l1/L1Log.ts'
import { createBodies } from './l2/Bodies.ts'
import { createEnds } from './l2/Ends.ts'
import { L2Chain } from './l2/L2Chain.ts'
import { createSoftBlocks } from './l2/SoftBlocks.ts'
import type { Node } from './Node.ts'
import { readL2Network } from './network/readL2Network.ts'
import { createIdentity, type PeerIdentity } from './peers/PeerCertificate.ts'
import { createPeers, readAddresses } from './peers/Peers.ts'
import { createDecoder } from './pool/decodeTransaction.ts'
import { Pool } from './pool/Pool.ts'
import { createSignal } from './Signal.ts'

/** A certificate lives as long as most processes; a longer one is started again. */
const IDENTITY_SEC = 90 * 86_400
/** Time between two looks for a receipt on L1. */
const RECEIPT_POLL_MS = 200

export type Opened = { node: Node; identity: PeerIdentity; close: () => Promise<void> }

/**
 * Opens everything that a node keeps: its account, its database, its engine, its chain.
 * @throws Config.*, L2Network.*, Chain.*, Keystore.*, Database.*, Engine.*
 */
export async function openNode(config: NodeConfig): Promise<Opened> {
  const places = placesOf(config, 'node')
  const log = Log.create({ name: 'node', level: config.logLevel })
  const network = readL2Network(config.description)
  if (config.rpcUrl === undefined) {
    throw new Config.InvalidError([{ name: 'AMBROSIA_RPC_URL', problem: 'is not set' }])
  }
  const account = await openAccount(config)
  const { rules } = network
  const address = account.address.toLowerCase() as Hex
  if (config.roles.has('sequencer') && network.sequencer !== address) {
    throw new Config.InvalidError([
      { name: 'AMBROSIA_NODE_ROLES', problem: `names sequencer, which is ${network.sequencer}` },
    ])
  }
  const client = await connectL1(config.rpcUrl, rules.l1ChainId, config)
  const database = await Database.open<NodeTables>({ url: places.databaseUrl, migrations })
  const engine = await openEngine(config, places.dataFolder, network)
  const nowSec = () => Date.now() / 1000
  const l1 = await L1Log.open(database)
  const bodies = createBodies(database)
  const softBlocks = createSoftBlocks(database)
  const ends = createEnds(database)
  const parts = { engine, network, l1, bodies, ends, softBlocks, logger: log }
  const chain = await L2Chain.open(parts)
  const decode = await createDecoder(rules, network.genesis)
  const pool = await Pool.open({ database, decode, accounts: accountsOf(engine), nowSec })
  const domain = { l1ChainId: rules.l1ChainId, committee: network.contracts.committee }
  const identity = await createIdentity({
    account,
    domain,
    nowSec: nowSec(),
    lifeSec: IDENTITY_SEC,
  })
  const addresses = config.peers === undefined ? [] : readAddresses(config.peers)
  const peers = createPeers({ addresses, identity, domain, nowSec })
  const send = createSender(client, account)
  const lies = config.lie !== undefined
  const disputes = openDisputes({ network, client, account, send, folder: places.dataFolder, lies })
  const node: Node = {
    network,
    account,
    address,
    database,
    client,
    send,
    l1,
    l1Clock: createClock(client),
    committee: createCommittee(client, network.contracts.committee),
    chain,
    stateAt:
      config.lie === undefined
        ? (recordCount) => chain.stateAt(recordCount)
        : createLie(chain, config.lie as Hex),
    bodies,
    softBlocks,
    pool,
    peers,
    disputes,
    moved: createSignal(),
    log,
    nowSec,
  }
  const close = async () => {
    peers.close()
    await disputes?.close()
    await chain.exclusive(() => engine.close())
    await database.destroy()
  }
  return { node, identity, close }
}

/** Each job looks at L1 by itself; what one has read in a block, the others need not ask for. */
function connectL1(rpcUrl: string, chainId: number, { pollMs }: NodeConfig) {
  const oncePerBlock = { maximumAgeMs: pollMs }
  return Chain.connect({ rpcUrl, chainId, pollMs: RECEIPT_POLL_MS, oncePerBlock })
}

async function openEngine(
  config: NodeConfig,
  folder: string,
  { genesis }: L2Network,
): Promise<Engine> {
  // An engine takes long to load, and only one is needed.
  if (config.engine === 'ethereumjs') {
    const { createEngine } = await import('./engine/ethereumjs/createEngine.ts')
    return createEngine({ genesis, path: join(folder, 'chain.sqlite') })
  }
  const { createEngine } = await import('./engine/geth/createEngine.ts')
  const directory = join(folder, 'geth')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return createEngine({ binary: requireEngine('geth'), directory, genesis })
}

function accountsOf(engine: Engine) {
  const nonceAt = async (address: Hex, tag: string) =>
    BigInt((await engine.request('eth_getTransactionCount', [address, tag])) as Hex)
  return {
    async at(address: Hex) {
      const [nonce, balance] = await Promise.all([
        nonceAt(address, 'latest'),
        engine.request('eth_getBalance', [address, 'latest']),
      ])
      return { nonce, balance: BigInt(balance as Hex) }
    },
    settledNonce: (address: Hex) => nonceAt(address, 'safe'),
  }
}
