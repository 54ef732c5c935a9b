import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { type Block, createBlockFromRLP } from '@ethereumjs/block'
import { type Common, ConsensusType } from '@ethereumjs/common'
import { equalsBytes } from '@ethereumjs/util'
import type { Verdict } from '../Engine.ts'
import { decodeBlock, decodeHeader, type Header } from '../Header.ts'
import { type BlockStore, openBlockStore, type StoredBlock } from './BlockStore.ts'
import { createCommon, isSingleFork } from './createCommon.ts'
import { createGenesisBlock } from './createGenesisBlock.ts'
import { loadCrypto } from './crypto.ts'
import { EntryDb } from './EntryDb.ts'
import { type Ancestors, type Executed, Executor, StoreFailure } from './Executor.ts'
import { encodeReceipts } from './receipts.ts'
import { InvalidBlock, verifyHeader, verifyUncles } from './verifyHeader.ts'

/** Ancestors that uncles are judged by: siblings of the last six, and the parents of those. */
const UNCLE_DEPTH = 7

/** Blocks kept decoded. */
const DECODED_COUNT = 64

/** Stored blocks, and the rules by which one more is validated. Calls must not overlap. */
export class Chain {
  readonly store: BlockStore
  readonly common: Common
  readonly executor: Executor
  readonly db: EntryDb
  readonly genesis: Genesis
  private readonly isSingleFork: boolean
  private readonly decoded = new Map<Hex, Block>()

  private constructor(parts: {
    store: BlockStore
    common: Common
    executor: Executor
    db: EntryDb
    genesis: Genesis
  }) {
    this.store = parts.store
    this.common = parts.common
    this.executor = parts.executor
    this.db = parts.db
    this.genesis = parts.genesis
    this.isSingleFork = isSingleFork(parts.common)
  }

  /**
   * Opens the chain of a genesis file in a database file, or in `:memory:`.
   * @throws Genesis.Malformed
   */
  static async open(genesis: Genesis, path: string): Promise<Chain> {
    const store = openBlockStore(path)
    const common = createCommon(genesis, await loadCrypto())
    const db = new EntryDb(store)
    const executor = await Executor.create(common, db, !isSingleFork(common))
    const chain = new Chain({ store, common, executor, db, genesis })
    if (store.tag('head') === undefined) await chain.writeGenesis()
    return chain
  }

  /** The stored head. */
  head(): StoredBlock {
    return this.stored(this.store.tag('head') as Hex)
  }

  /** A stored block that must be there. */
  stored(hash: Hex): StoredBlock {
    const block = this.store.getBlock(hash)
    if (block === undefined) throw new Error(`block ${hash} is not stored`)
    return block
  }

  /** A stored block, decoded. */
  decode(hash: Hex): Block {
    const known = this.decoded.get(hash)
    if (known !== undefined) return known
    const block = this.parse(this.stored(hash).block)
    if (this.decoded.size >= DECODED_COUNT) this.decoded.clear()
    this.decoded.set(hash, block)
    return block
  }

  /**
   * Decodes a block under the rules of its place.
   * @throws where it is not the one encoding of a block
   */
  parse(bytes: Uint8Array): Block {
    const block = createBlockFromRLP(bytes, {
      common: this.common,
      setHardfork: !this.isSingleFork,
    })
    // A field left out would be filled in with a default, and a field of another form would lose
    // it.
    if (!equalsBytes(block.serialize(), bytes))
      throw new InvalidBlock('not the encoding of a block')
    return block
  }

  /** The ancestors of a block that would have this parent, for BLOCKHASH. */
  ancestorsFrom(parentHash: Hex): Ancestors {
    let hash = parentHash
    let header = decodeHeader(this.stored(hash).header)
    const known = new Map([[header.number, hash]])
    return async (number) => {
      while (header.number > number) {
        hash = header.parentHash
        header = decodeHeader(this.stored(hash).header)
        known.set(header.number, hash)
      }
      const found = known.get(number) as Hex
      return { hash: () => fromHex(found) }
    }
  }

  /**
   * Validates a block and stores it.
   * @throws StoreFailure, and what the database says where it can't be written
   */
  async insert(bytes: Uint8Array, executed?: Executed): Promise<Verdict> {
    let header: Header
    try {
      header = decodeBlock(bytes).header
    } catch (error) {
      return { status: 'invalid', reason: (error as Error).message }
    }
    if (this.store.getBlock(header.hash) !== undefined) return { status: 'valid', header }
    const parent = this.store.getBlock(header.parentHash)
    if (parent === undefined) return { status: 'orphan', parentHash: header.parentHash }
    try {
      this.write(executed ?? (await this.validate(bytes, header.parentHash)), parent)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return { status: 'invalid', reason: error.message }
    }
    return { status: 'valid', header }
  }

  private async validate(bytes: Uint8Array, parentHash: Hex): Promise<Executed> {
    try {
      const block = this.parse(bytes)
      const parent = this.decode(parentHash)
      verifyHeader(block, parent.header, bytes.length)
      verifyUncles(block, () => this.nearAncestors(parentHash))
      return await this.executor.execute({
        block,
        parentRoot: parent.header.stateRoot,
        ancestors: this.ancestorsFrom(parentHash),
        generate: false,
      })
    } catch (error) {
      if (error instanceof StoreFailure) throw error
      throw new Refused((error as Error).message)
    }
  }

  private nearAncestors(parentHash: Hex): Block[] {
    const ancestors: Block[] = []
    let hash = parentHash
    while (ancestors.length < UNCLE_DEPTH) {
      const block = this.decode(hash)
      ancestors.push(block)
      if (block.isGenesis()) break
      hash = toHex(block.header.parentHash)
    }
    return ancestors
  }

  private write({ block, result, entries }: Executed, parent: StoredBlock | undefined): Hex {
    const hash = toHex(block.hash())
    const senders = new Uint8Array(20 * block.transactions.length)
    for (const [i, transaction] of block.transactions.entries()) {
      senders.set(transaction.getSenderAddress().bytes, 20 * i)
    }
    const isWork = block.common.consensusType() === ConsensusType.ProofOfWork
    this.store.putBlock(
      {
        hash,
        number: Number(block.header.number),
        parentHash: toHex(block.header.parentHash),
        header: block.header.serialize(),
        block: block.serialize(),
        receipts: encodeReceipts(result.receipts),
        logsBloom: block.header.logsBloom,
        senders,
        totalDifficulty:
          (parent?.totalDifficulty ?? 0n) + (isWork || !parent ? block.header.difficulty : 0n),
      },
      block.transactions.map((transaction) => toHex(transaction.hash())),
      entries,
    )
    for (const [key, value] of entries) this.db.remember(key, value)
    return hash
  }

  private async writeGenesis(): Promise<void> {
    const { common, executor, genesis } = this
    const block = await createGenesisBlock(genesis, common, executor.stateManager)
    const result = { receipts: [] } as never
    const hash = this.write({ block, result, entries: this.db.take() }, undefined)
    this.store.setHead(hash)
  }
}

/** The block breaks a rule; everything else that goes wrong is not its fault. */
class Refused extends Error {}
