import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Attributes } from '@ambrosia/rollup/Derivation'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { Block, type BlockHeader } from '@ethereumjs/block'
import { ConsensusType } from '@ethereumjs/common'
import type { Built, Engine } from '../Engine.ts'
import { decodeBlock, decodeHeader } from '../Header.ts'
import { ParentIsNotHeadError } from '../ParentIsNotHead.ts'
import { chooseStanding, createDraft, decodeCandidates } from './buildBlock.ts'
import { Chain } from './Chain.ts'
import { type Executed, StoreFailure } from './Executor.ts'
import { createReads } from './reads/createReads.ts'
import { createProof, createWitness } from './witness.ts'

export type EthereumJsOptions = {
  genesis: Genesis
  /** Database file, or `:memory:`. */
  path: string
}

export type EthereumJsEngine = Engine & {
  /**
   * Whether Ethereum's rules would make a stored block the head: after the merge any, before it
   * that of most work.
   */
  wins(hash: Hex): boolean
}

/** The engine in this process. @throws Genesis.Malformed */
export async function createEngine(options: EthereumJsOptions): Promise<EthereumJsEngine> {
  const { genesis, path } = options
  const chain = await Chain.open(genesis, path)
  const reads = await createReads(chain)
  const queue = createQueue()
  /** The block built last, so that inserting it does not execute it again. */
  let built: { hash: Hex; executed: Executed } | undefined

  return {
    name: 'ethereumjs',
    head: async () => decodeHeader(chain.head().header),
    async block(id) {
      const hash = typeof id === 'number' ? chain.store.canonicalHash(id) : id
      const stored = hash && chain.store.getBlock(hash)
      return stored ? decodeBlock(stored.block) : undefined
    },
    build: (attributes) =>
      queue(async () => {
        const executed = await build(chain, attributes)
        const block = decodeBlock(executed.block.serialize())
        built = { hash: block.header.hash, executed }
        return { ...block, dropped: executed.dropped }
      }),
    insert: (bytes) =>
      queue(async () => {
        const own = built
        built = undefined
        const isOwn = own !== undefined && own.hash === hashOf(bytes)
        return chain.insert(bytes, isOwn ? own.executed : undefined)
      }),
    setHead: (hash, finality = {}) =>
      queue(async () => {
        chain.store.setHead(hash)
        if (finality.safe !== undefined) chain.store.setTag('safe', finality.safe)
        if (finality.finalized !== undefined) chain.store.setTag('finalized', finality.finalized)
      }),
    witness: (hash) => queue(() => createWitness(chain, hash)),
    async proof(hash, address, slots) {
      const { accountProof, storageProofs } = await createProof(chain, hash, address, slots)
      const nodes = new Map(
        [accountProof, ...storageProofs].flat().map((node) => [toHex(node), node]),
      )
      return [...nodes.values()]
    },
    request: (method, params) => reads(method, params),
    wins(hash) {
      const isWork = chain.decode(hash).common.consensusType() === ConsensusType.ProofOfWork
      return !isWork || chain.stored(hash).totalDifficulty > chain.head().totalDifficulty
    },
    close: () => queue(async () => chain.store.close()),
  }
}

type BuiltBlock = Executed & { dropped: Built['dropped'] }

async function build(chain: Chain, attributes: Attributes): Promise<BuiltBlock> {
  const head = chain.head()
  if (head.hash !== attributes.parentHash) {
    throw new ParentIsNotHeadError(attributes.parentHash, head.hash)
  }
  const parent = chain.decode(head.hash)
  const { candidates, dropped } = decodeCandidates(attributes.candidates, chain.common)
  const parentRoot = parent.header.stateRoot
  const ancestors = chain.ancestorsFrom(head.hash)
  const draftOf = (standing: typeof candidates) =>
    createDraft(
      attributes,
      parent,
      standing.map(({ transaction }) => transaction),
      chain.common,
    )
  const execute = async (standing: typeof candidates) => {
    const draft = await draftOf(standing)
    const executed = await chain.executor.execute({
      block: draft,
      parentRoot,
      ancestors,
      generate: true,
    })
    return { ...executed, block: withHeader(draft, executed.block.header) }
  }
  try {
    // Nearly always all of them stand.
    return { ...(await execute(candidates)), dropped }
  } catch (error) {
    if (error instanceof StoreFailure || candidates.length === 0) throw error
  }
  const draft = await draftOf(candidates)
  const chosen = await chain.executor.scratch(parentRoot, ancestors, (vm) =>
    chooseStanding(vm, draft, candidates),
  )
  const all = [...dropped, ...chosen.dropped].sort((a, b) => a.index - b.index)
  return { ...(await execute(chosen.standing)), dropped: all }
}

function withHeader(draft: Block, header: BlockHeader): Block {
  const { transactions, withdrawals, common } = draft
  return new Block(header, transactions, [], withdrawals, { common })
}

function hashOf(bytes: Uint8Array): Hex | undefined {
  try {
    return decodeBlock(bytes).header.hash
  } catch {
    return undefined
  }
}

/** Runs functions one after another, in the order of the calls. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(run: () => Promise<T>): Promise<T> => {
    const next = last.then(run, run)
    last = next.catch(() => undefined)
    return next
  }
}
