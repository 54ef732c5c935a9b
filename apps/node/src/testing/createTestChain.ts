import { type Hex, type RandomBytes, toHex } from '@ambrosia/primitives/Bytes'
import * as Batch from '@ambrosia/rollup/Batch'
import type { ChainRules } from '@ambrosia/rollup/ChainRules'
import * as Entry from '@ambrosia/rollup/InboxEntry'
import * as MessageTree from '@ambrosia/rollup/MessageTree'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import * as SealedPayload from '@ambrosia/rollup/SealedPayload'
import * as Database from '@ambrosia/service/Database'
import * as Log from '@ambrosia/service/Log'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { migrations } from '../database/migrations.ts'
import type { NodeTables } from '../database/tables.ts'
import { createEngine } from '../engine/ethereumjs/createEngine.ts'
import { L1Log } from '../l1/L1Log.ts'
import { createBodies } from '../l2/Bodies.ts'
import { createEnds } from '../l2/Ends.ts'
import { L2Chain } from '../l2/L2Chain.ts'
import { createSoftBlocks } from '../l2/SoftBlocks.ts'
import { CHAIN_ID, FEE_RECIPIENT, GAS_LIMIT, testGenesis } from './chains.ts'

const address = (byte: string): Hex => `0x${byte.repeat(20)}`

const RULES: ChainRules = {
  l1ChainId: 31337,
  inbox: address('1b'),
  chainId: CHAIN_ID,
  gasLimit: GAS_LIMIT,
  feeRecipient: FEE_RECIPIENT,
  maximumDrift: 600,
  recordGas: 1_000_000_000,
}
export const START_SEC = 1_900_000_000

/** A network on paper: nothing of it is on an L1. */
export async function createTestNetwork(rules: Partial<ChainRules> = {}): Promise<L2Network> {
  return {
    version: 1,
    decidedBy: 'committee',
    contracts: {
      factory: address('fa'),
      committee: address('c0'),
      inbox: RULES.inbox,
      batches: address('ba'),
      assertions: address('a5'),
      outbox: address('0b'),
      bridge: address('b1'),
      resolver: address('7e'),
      gasToken: address('00'),
      bondToken: address('00'),
    },
    rules: { ...RULES, ...rules },
    programId: `0x${'99'.repeat(32)}`,
    sequencer: address('5e'),
    fromBlock: 0,
    cadenceSec: 1,
    genesis: testGenesis(8),
    secrets: {
      genesisSalt: `0x${'5a'.repeat(32)}`,
      keys: [await SealedPayload.createKeyPair(new Uint8Array(32).fill(7))],
    },
  }
}

/** What an L1 would say, written by the test. */
export class PaperL1 {
  readonly log: L1Log
  private readonly network: L2Network
  private entries = 0
  private block = 1
  private frontiers = [MessageTree.EMPTY]

  /** Makes the keys of sealed payloads; default: new ones. */
  private readonly randomBytes: RandomBytes | undefined

  constructor(log: L1Log, network: L2Network, randomBytes?: RandomBytes) {
    this.log = log
    this.network = network
    this.randomBytes = randomBytes
  }

  /** Appends an entry of a kind with a sealed payload; as bytes where it is not to open. */
  async append(
    kind: Entry.Kind,
    payload: { recipient?: Hex; raw?: Uint8Array; sealed?: Uint8Array },
    change: Partial<Entry.InboxEntry> = {},
  ): Promise<Entry.InboxEntry> {
    const sender = address('5d')
    const encryptionKey = this.network.secrets.keys[0]?.publicKey as Hex
    const context = { l1ChainId: 31337, inbox: this.network.rules.inbox, kind, sender }
    const seal = () =>
      payload.recipient === undefined
        ? SealedPayload.sealPayload(
            context,
            encryptionKey,
            payload.raw ?? new Uint8Array(),
            this.randomBytes,
          )
        : SealedPayload.sealRecipient(context, encryptionKey, payload.recipient, this.randomBytes)
    const entry: Entry.InboxEntry = {
      kind,
      index: this.entries,
      timestamp: START_SEC + this.block,
      sender,
      token: address('00'),
      amount: kind === Entry.KINDS.deposit ? 10n ** 18n : 0n,
      commitment: Batch.ZERO_HASH,
      sealed: payload.sealed ?? (await seal()),
      encryptionKey,
      metadataHash: Batch.ZERO_HASH,
      ...change,
    }
    const frontier = MessageTree.append(
      this.frontiers.at(-1) ?? MessageTree.EMPTY,
      Entry.hash(entry),
    )
    this.frontiers.push(frontier)
    this.entries++
    const l1Block = this.block++
    await this.log.append([{ entry, anchor: MessageTree.anchor(frontier), l1Block }], [])
    return entry
  }

  /** Records a batch; zero for one without data. */
  async record(commitment: Hex, inboxCount: number, change: Partial<Batch.BatchRecord> = {}) {
    const record = {
      commitment,
      inboxCount,
      anchor: this.log.anchorAt(inboxCount) as Hex,
      l1Timestamp: START_SEC + 100 + this.block,
      ...change,
    }
    const position = this.log.recordCount
    const accumulator = Batch.accumulate(this.log.accumulatorAt(position) as Hex, record)
    const l1Block = this.block++
    await this.log.append([], [{ record: { ...record, position, accumulator }, l1Block }])
    return { ...record, l1Block }
  }

  /** Undoes what blocks from this one on said. */
  async reorganise(from: number): Promise<void> {
    await this.log.forgetFrom(from)
    this.block = from
    this.entries = this.log.count
    this.frontiers = this.frontiers.slice(0, this.entries + 1)
  }
}

export type TestL2 = Awaited<ReturnType<typeof createTestChain>>

/** A chain in memory, or one that a path keeps, on an L1 that the test writes. */
export async function createTestChain(
  t: Ending,
  network: L2Network,
  paths: { database: string; chain: string; randomBytes?: RandomBytes } = {
    database: ':memory:',
    chain: ':memory:',
  },
) {
  const database = await Database.open<NodeTables>({ url: `sqlite:${paths.database}`, migrations })
  const engine = await createEngine({ genesis: network.genesis, path: paths.chain })
  const log = await L1Log.open(database)
  const bodies = createBodies(database)
  const softBlocks = createSoftBlocks(database)
  const logger = Log.create({ name: 'test', level: 'silent' })
  const parts = { engine, network, l1: log, bodies, ends: createEnds(database), softBlocks, logger }
  const chain = await L2Chain.open(parts)
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await engine.close()
    await database.destroy()
  }
  defer(t, close)
  const l1 = new PaperL1(log, network, paths.randomBytes)
  return {
    chain,
    engine,
    bodies,
    softBlocks,
    database,
    l1,
    close,
    /** Makes a block, as the sequencer does. */
    async produce(candidates: readonly Uint8Array[] = [], nowSec = START_SEC) {
      return chain.produce({
        candidates,
        nowSec,
        latestSec: nowSec + 600,
        record: async ({ header, bytes }) => {
          const { number, hash } = header
          await softBlocks.put({ number, hash, bytes, signature: '0x' })
        },
      })
    },
    /** Keeps a body of these blocks. */
    async keep(blocks: readonly Batch.BatchBlock[], salt: Hex = toHex(new Uint8Array(32).fill(9))) {
      return bodies.put({ salt, body: Batch.encodeBody(blocks) })
    },
  }
}
