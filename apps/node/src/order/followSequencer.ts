import { pause } from '@ambrosia/chain/follow'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { decodeBlock, type EngineBlock } from '../engine/Header.ts'
import { NOT_YET } from '../l2/L2Chain.ts'
import { signerOf } from '../messages/typedData.ts'
import type { Node } from '../Node.ts'
import type { PeerClient } from '../peers/PeerClient.ts'
import { decodeSoftBlocks } from './softBlockCodec.ts'

/** Pause where the sequencer has another chain, or blocks that can't be judged yet. */
const PAUSE_MS = 500

/**
 * Follows the blocks that the sequencer orders, from whichever peer has them, until the signal.
 * @throws Order.*
 */
export async function followSequencer(node: Node, signal: AbortSignal): Promise<void> {
  const { sequencer } = node.network
  while (!signal.aborted) {
    const peer = node.peers.get(sequencer)
    if (peer === undefined) throw new NoSequencerError()
    const isOn = await takeNext(node, peer)
    if (!isOn) await pause(PAUSE_MS, signal)
  }
}

/**
 * Asks for the blocks after the head and takes them; false where there is nothing to go on with at
 * once.
 */
async function takeNext(node: Node, peer: PeerClient): Promise<boolean> {
  const { chain } = node
  const head = await chain.engine.head()
  const answer = await peer.send('GET', `/v1/blocks/${head.number}/${head.hash}`)
  if (answer.status === 204) return true
  if (answer.status === 409) {
    // It has another chain. Ours on top of the settled blocks is given up where it has something
    // else to show for it.
    const settled = await chain.settled()
    if (head.number > settled.blockNumber) await chain.dropUnsettled()
    return false
  }
  const blocks = answer.status === 200 ? decodeSoftBlocks(answer.body) : undefined
  if (blocks === undefined || blocks.length === 0) throw new AnswerRefusedError('no blocks')
  for (const { bytes, signature } of blocks) {
    const block = decodeBlock(bytes)
    const { number, hash } = block.header
    const statement = { type: 'SoftBlock', message: { number, hash } } as const
    if ((await signerOf(node.network, statement, signature)) !== node.network.sequencer) {
      throw new AnswerRefusedError('a block that the sequencer did not sign')
    }
    await noteEquivocation(node, block)
    const problem = await chain.accept(block)
    if (problem === NOT_YET) return false
    if (problem !== undefined) throw new BlockRefusedError(number, problem)
    await node.softBlocks.put({ number, hash, bytes, signature })
    node.moved.give()
  }
  return true
}

/**
 * Two signed blocks of one number that both fit on L1's past are evidence against the sequencer.
 */
async function noteEquivocation(node: Node, { header }: EngineBlock): Promise<void> {
  const before = await node.softBlocks.at(header.number)
  if (before === undefined || before.hash === header.hash) return
  node.log.error(
    { number: header.number, first: before.hash, second: header.hash },
    'the sequencer signed two blocks of one number',
  )
}

export class NoSequencerError extends AmbrosiaError {
  constructor() {
    super('Order.NoSequencer', 'the sequencer is not among the peers', {
      hint: 'Add its account and address to the list that AMBROSIA_NODE_PEERS names.',
    })
  }
}

export class AnswerRefusedError extends AmbrosiaError {
  constructor(what: string) {
    super('Order.AnswerRefused', `a peer answered with ${what}`)
  }
}

export class BlockRefusedError extends AmbrosiaError {
  constructor(number: number, why: string) {
    super('Order.BlockRefused', `block ${number} of the sequencer breaks the rules: ${why}`)
  }
}
