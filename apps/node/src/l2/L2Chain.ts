import type { Hex } from '@ambrosia/primitives/Bytes'
import { commitBlock, nextSalt, type RollupState } from '@ambrosia/rollup/Assertion'
import { type BatchBlock, ZERO_HASH } from '@ambrosia/rollup/Batch'
import * as Derivation from '@ambrosia/rollup/Derivation'
import type { Opened } from '@ambrosia/rollup/InboxEntry'
import { OUTBOX_ROOT_SLOT, PREDEPLOYS } from '@ambrosia/rollup/L2Genesis'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import * as SealedPayload from '@ambrosia/rollup/SealedPayload'
import type { Log } from '@ambrosia/service/Log'
import type { Built, Engine } from '../engine/Engine.ts'
import { decodeBlock, type EngineBlock, type Header } from '../engine/Header.ts'
import type { L1Log } from '../l1/L1Log.ts'
import type { Bodies } from './Bodies.ts'
import { countOf, hasAllCandidates, hasAttributes, toBatchBlock, toParent } from './blocks.ts'
import { adopt, deriveRecord } from './deriveRecord.ts'
import type { End, Ends } from './Ends.ts'
import type { SoftBlocks } from './SoftBlocks.ts'

export type L2ChainParts = {
  engine: Engine
  network: L2Network
  l1: L1Log
  bodies: Bodies
  ends: Ends
  softBlocks: SoftBlocks
  logger: Log
}

/** What stands in the way of following L1: a body that only peers can have. */
export type Missing = { position: number; commitment: Hex }

/**
 * The chain that L1's records mean, and on top of it the blocks that are ordered but not recorded
 * yet. The engine's head is moved here and nowhere else, one step after another.
 */
export class L2Chain {
  readonly engine: Engine
  readonly network: L2Network
  readonly l1: L1Log
  private readonly parts: L2ChainParts
  private readonly ends: End[]
  private readonly opened = new Map<number, Opened>()
  private last: Promise<unknown> = Promise.resolve()

  private constructor(parts: L2ChainParts, ends: End[]) {
    this.engine = parts.engine
    this.network = parts.network
    this.l1 = parts.l1
    this.parts = parts
    this.ends = ends
  }

  /**
   * Opens the chain as it was left: blocks that are kept and that the engine lost in a crash are
   * put back.
   */
  static async open(parts: L2ChainParts): Promise<L2Chain> {
    const chain = new L2Chain(parts, await parts.ends.all())
    await chain.exclusive(() => chain.restore())
    return chain
  }

  /** Runs something while nothing else moves the chain. */
  exclusive<T>(run: () => Promise<T>): Promise<T> {
    const next = this.last.then(run, run)
    this.last = next.catch(() => undefined)
    return next
  }

  /** The chain after the records that were derived so far. */
  async settled(): Promise<End> {
    return this.ends.at(-1) ?? (await this.genesisEnd())
  }

  /** The chain after a number of records; undefined where they are not derived. */
  async endAt(recordCount: number): Promise<End | undefined> {
    return recordCount === 0 ? this.genesisEnd() : this.ends[recordCount - 1]
  }

  /** The state that an assertion of this number of records leads to. */
  async stateAt(recordCount: number): Promise<RollupState | undefined> {
    const end = await this.endAt(recordCount)
    if (end === undefined) return undefined
    return {
      batchCount: recordCount,
      accumulator: end.accumulator,
      blockCommitment: commitBlock(end.salt, end.blockHash),
      outboxRoot: end.outboxRoot,
    }
  }

  /**
   * Brings the chain in line with L1: derives records that are new, undoes what L1 has undone, and
   * keeps the blocks on top where they still fit. Gives what is missing for going on.
   */
  reconcile(): Promise<Missing | undefined> {
    return this.exclusive(async () => {
      await this.dropStaleEnds()
      const missing = await this.deriveNew()
      await this.dropStaleBlocks()
      await this.markSettled()
      return missing
    })
  }

  /**
   * Makes a block of candidates on the head and adopts it; undefined where there is nothing to put
   * in, or no time for it.
   * @param options.record keeps the block before it is adopted
   */
  produce(options: {
    candidates: readonly Uint8Array[]
    nowSec: number
    /** The block's timestamp may not be later, seconds. */
    latestSec: number
    record: (block: Built) => Promise<void>
  }): Promise<Built | undefined> {
    return this.exclusive(async () => {
      const head = await this.engine.head()
      const parent = toParent(head)
      const kinds = this.l1.entries(parent.count, this.l1.count).map(({ kind }) => kind)
      const count = parent.count + Derivation.consumable(kinds)
      // One empty block follows those that hold something: a tool that asked for a receipt too soon
      // asks again when the next block comes.
      const isIdle = options.candidates.length === 0 && count === parent.count
      if (isIdle && head.gasUsed === 0n) return undefined
      const timestamp = Math.max(Math.floor(options.nowSec), head.timestamp + 1)
      if (timestamp > options.latestSec) return undefined
      const block: BatchBlock = { timestamp, count, transactions: options.candidates }
      const built = await this.engine.build(await this.attributesOf(head, block))
      if (built.transactions.length === 0 && count === parent.count && !isIdle) return built
      await options.record(built)
      await adopt(this.engine, built)
      return built
    })
  }

  /**
   * Takes a block that somebody else made on the head, if it is what the rules make of its place.
   * @returns why not, or undefined
   */
  accept(block: EngineBlock): Promise<string | undefined> {
    return this.exclusive(async () => {
      const head = await this.engine.head()
      const { header } = block
      if (header.parentHash !== head.hash) return 'it is not on the head'
      const from = countOf(head)
      const count = countOf(header)
      if (this.l1.anchorAt(count) === undefined) return NOT_YET
      if (count < from) return 'it consumes fewer entries than its parent'
      const kinds = this.l1.entries(from, count).map(({ kind }) => kind)
      if (Derivation.consumable(kinds) < kinds.length) return 'it consumes too many entries'
      const consumed = await this.openedBetween(from, count)
      const attributes = await this.attributesOf(
        head,
        toBatchBlock(this.network.rules, block, consumed),
      )
      if (!hasAttributes(block, attributes)) return 'its attributes are others'
      if (!hasAllCandidates(block, attributes)) {
        // Some were dropped; whether rightly, only making the block shows.
        const built = await this.engine.build(attributes)
        if (built.header.hash !== header.hash) return 'it drops what stands'
        await adopt(this.engine, built)
        return undefined
      }
      const verdict = await this.engine.insert(block.bytes)
      if (verdict.status !== 'valid')
        return verdict.status === 'invalid' ? verdict.reason : 'orphan'
      await this.engine.setHead(header.hash)
      return undefined
    })
  }

  /** Gives up the blocks that are not settled, for others. */
  dropUnsettled(): Promise<void> {
    return this.exclusive(async () => {
      const { blockHash, blockNumber } = await this.settled()
      await this.parts.softBlocks.dropAfter(blockNumber)
      await this.engine.setHead(blockHash)
    })
  }

  /** Marks a block that L1 has confirmed. */
  markFinal(blockHash: Hex): Promise<void> {
    return this.exclusive(async () => {
      const head = await this.engine.head()
      const safe = (await this.settled()).blockHash
      await this.engine.setHead(head.hash, { safe, finalized: blockHash })
    })
  }

  /** Opened entries from one position to before another. @throws SealedPayload.KeyMissing */
  async openedBetween(from: number, to: number): Promise<Opened[]> {
    const { rules, secrets } = this.network
    return Promise.all(
      this.l1.entries(from, to).map(async (entry) => {
        const known = this.opened.get(entry.index)
        // After a reorganisation another entry may have the index.
        if (known !== undefined && known.entry === entry) return known
        const opened = await SealedPayload.open(rules, secrets.keys, entry)
        this.opened.set(entry.index, opened)
        return opened
      }),
    )
  }

  private async attributesOf(parent: Header, block: BatchBlock): Promise<Derivation.Attributes> {
    return Derivation.attributes({
      rules: this.network.rules,
      parent: toParent(parent),
      block,
      opened: await this.openedBetween(countOf(parent), block.count),
      anchor: this.l1.anchorAt(block.count) as Hex,
    })
  }

  /**
   * Forgets ends of records that L1 does not have any more, or whose blocks the engine has lost.
   */
  private async dropStaleEnds(): Promise<void> {
    let keep = 0
    for (const end of this.ends) {
      if (this.l1.accumulatorAt(end.recordCount) !== end.accumulator) break
      keep++
    }
    while (keep > 0 && !(await this.hasBlock(this.ends[keep - 1] as End))) keep--
    if (keep === this.ends.length) return
    this.parts.logger.warn({ from: this.ends.length, to: keep }, 'records are derived again')
    await this.parts.ends.truncate(keep)
    this.ends.length = keep
  }

  private async hasBlock(end: End): Promise<boolean> {
    return (await this.engine.block(end.blockHash)) !== undefined
  }

  private async deriveNew(): Promise<Missing | undefined> {
    while (this.ends.length < this.l1.recordCount) {
      const position = this.ends.length
      const record = this.l1.recordAt(position)
      if (record === undefined) return undefined
      const contents =
        record.commitment === ZERO_HASH ? undefined : await this.parts.bodies.get(record.commitment)
      if (contents === undefined && record.commitment !== ZERO_HASH) {
        return { position, commitment: record.commitment }
      }
      const before = await this.settled()
      const deriver = {
        engine: this.engine,
        rules: this.network.rules,
        l1: this.l1,
        attributesOf: (parent: Header, block: BatchBlock) => this.attributesOf(parent, block),
      }
      const header = await deriveRecord(deriver, before.blockHash, record, contents?.body)
      const end: End = {
        recordCount: position + 1,
        accumulator: record.accumulator,
        blockNumber: header.number,
        blockHash: header.hash,
        salt: nextSalt(before.salt, contents?.salt ?? ZERO_HASH),
        outboxRoot: await this.outboxRootAt(header.hash),
      }
      await this.parts.ends.put(end)
      this.ends.push(end)
    }
    return undefined
  }

  /**
   * Undoes blocks on top that do not fit: not on the settled end, or with an anchor that L1 does
   * not have any more.
   */
  private async dropStaleBlocks(): Promise<void> {
    const { blockHash, blockNumber } = await this.settled()
    const settled = await this.engine.block(blockNumber)
    if (settled?.header.hash !== blockHash) await this.engine.setHead(blockHash)
    let good = { number: blockNumber, hash: blockHash }
    for (let number = blockNumber + 1; ; number++) {
      const block = await this.engine.block(number)
      if (block === undefined) break
      const { header } = block
      if (this.l1.anchorAt(countOf(header)) !== header.parentBeaconBlockRoot) {
        this.parts.logger.warn(
          { block: good.hash },
          'blocks that consumed undone entries are dropped',
        )
        await this.engine.setHead(good.hash)
        break
      }
      good = header
    }
    await this.parts.softBlocks.dropThrough(blockNumber)
    const next = await this.parts.softBlocks.at(blockNumber + 1)
    const isOn = next !== undefined && decodeBlock(next.bytes).header.parentHash === blockHash
    await this.parts.softBlocks.dropAfter(isOn ? good.number : blockNumber)
  }

  /** Puts blocks that are kept back on the engine's chain. */
  private async restore(): Promise<void> {
    const { blockHash, blockNumber } = await this.settled()
    if ((await this.engine.block(blockHash)) === undefined) return
    let parentHash = blockHash
    for (const soft of await this.parts.softBlocks.from(blockNumber + 1, RESTORED_COUNT)) {
      const block = decodeBlock(soft.bytes)
      if (block.header.parentHash !== parentHash) return
      const there = await this.engine.block(soft.number)
      if (there?.header.hash !== soft.hash) await adopt(this.engine, block)
      parentHash = soft.hash
    }
  }

  private async markSettled(): Promise<void> {
    const head = await this.engine.head()
    const { blockHash } = await this.settled()
    await this.engine.setHead(head.hash, { safe: blockHash })
  }

  private async outboxRootAt(blockHash: Hex): Promise<Hex> {
    const params = [PREDEPLOYS.messenger, OUTBOX_ROOT_SLOT, { blockHash }]
    return (await this.engine.request('eth_getStorageAt', params)) as Hex
  }

  private async genesisEnd(): Promise<End> {
    const { header } = (await this.engine.block(0)) as EngineBlock
    return {
      recordCount: 0,
      accumulator: ZERO_HASH,
      blockNumber: 0,
      blockHash: header.hash,
      salt: this.network.secrets.genesisSalt,
      outboxRoot: ZERO_HASH,
    }
  }
}

/** A block that may be accepted when more of L1 is known. */
export const NOT_YET = 'it consumes entries that L1 does not show yet'

/** More blocks than can ever wait for L1. */
const RESTORED_COUNT = 1_000_000
