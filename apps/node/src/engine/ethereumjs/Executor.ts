import type { Block } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { equalsBytes } from '@ethereumjs/util'
import { createVM, type RunBlockResult, runBlock, type VM } from '@ethereumjs/vm'
import { createStateManager } from './createStateManager.ts'
import type { EntryDb } from './EntryDb.ts'

/** Headers that BLOCKHASH can ask for, by number, below a block. */
export type Ancestors = (number: number) => Promise<{ hash(): Uint8Array }>

export type Executed = {
  block: Block
  result: RunBlockResult
  /** Trie nodes and codes that it made. */
  entries: Map<string, Uint8Array>
}

/** The database failed, so nothing is known about the block. */
export class StoreFailure extends Error {
  constructor(options: { cause: unknown }) {
    super('the database of the engine failed', options)
  }
}

/** Executes blocks on stored states, one at a time. */
export class Executor {
  private readonly vm: VM
  private readonly db: EntryDb
  private readonly state: MerkleStateManager
  /** Root that the state manager is at; undefined after a failure. */
  private root: Uint8Array | undefined
  private ancestors: Ancestors = unknownAncestors
  private readonly setHardfork: boolean

  private constructor(vm: VM, state: MerkleStateManager, db: EntryDb, setHardfork: boolean) {
    this.vm = vm
    this.state = state
    this.db = db
    this.setHardfork = setHardfork
  }

  /** `setHardfork`: the rules change on the way, so each block's are looked up. */
  static async create(common: Common, db: EntryDb, setHardfork: boolean): Promise<Executor> {
    const state = await createStateManager(common, db)
    const chain = {
      getBlock: (number: number) => executor.ancestors(number),
      putBlock: async () => {},
      shallowCopy: () => chain,
    }
    const vm = await createVM({ common, stateManager: state, blockchain: chain as never })
    const executor: Executor = new Executor(vm, state, db, setHardfork)
    return executor
  }

  /** The state manager, for writing genesis. */
  get stateManager(): MerkleStateManager {
    return this.state
  }

  /**
   * Executes a block on a state. With `generate` the header's results are filled in, otherwise they
   * are checked.
   * @throws what ethereumjs says of an invalid block, or the failure of the database
   */
  async execute(options: {
    block: Block
    parentRoot: Uint8Array
    ancestors: Ancestors
    generate: boolean
  }): Promise<Executed> {
    const { block, generate } = options
    await this.moveTo(options.parentRoot)
    this.ancestors = options.ancestors
    let sealed = block
    const keepBlock = (event: { block: Block }, resolve?: (result?: unknown) => void) => {
      sealed = event.block
      resolve?.()
    }
    this.vm.events.on('afterBlock', keepBlock as never)
    try {
      const result = await runBlock(this.vm, {
        block,
        generate,
        skipHeaderValidation: true,
        skipBlockValidation: generate,
        clearCache: false,
        setHardfork: this.setHardfork,
      })
      this.assertRead()
      this.root = result.stateRoot
      return { block: sealed, result, entries: this.db.take() }
    } catch (error) {
      this.assertRead()
      this.reset()
      throw error
    } finally {
      this.vm.events.off('afterBlock', keepBlock as never)
    }
  }

  /** Runs something on a state whose changes are thrown away. */
  async scratch<T>(parentRoot: Uint8Array, ancestors: Ancestors, run: (vm: VM) => Promise<T>) {
    await this.moveTo(parentRoot)
    this.ancestors = ancestors
    try {
      const value = await run(this.vm)
      this.assertRead()
      return value
    } finally {
      this.reset()
    }
  }

  private async moveTo(root: Uint8Array): Promise<void> {
    this.db.take()
    if (this.root !== undefined && equalsBytes(this.root, root)) return
    this.root = undefined
    this.state.clearCaches()
    await this.state.setStateRoot(root, true)
    this.root = root
  }

  private reset(): void {
    this.root = undefined
    this.db.take()
  }

  /** A database that can't be read says nothing about a block. */
  private assertRead(): void {
    const { failure } = this.db
    if (failure === undefined) return
    this.db.failure = undefined
    this.reset()
    throw new StoreFailure({ cause: failure })
  }
}

async function unknownAncestors(number: number): Promise<never> {
  throw new Error(`no ancestor of number ${number}`)
}
