import { assertionsAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import { readEvents } from '@ambrosia/chain/readEvents'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { hashState, type RollupState } from '@ambrosia/rollup/Assertion'
import type { Node } from '../Node.ts'

/** What has become of an assertion on L1. */
const STATUSES = ['unknown', 'pending', 'confirmed', 'refuted', 'dropped'] as const

export type AssertionView = {
  id: Hex
  parent: Hex
  claim: Hex
  stateHash: Hex
  asserter: Hex
  status: (typeof STATUSES)[number]
  createdAt: number
  batchCount: number
  nextBatchCount: number
  rulesIndex: number
}

/** An assertion of L1. @throws Chain.AssertionUnknown, Chain.Unreachable */
export async function readAssertion(node: Node, id: Hex): Promise<AssertionView> {
  const one = await reach(() =>
    node.client.readContract({ ...at(node), functionName: 'assertionOf', args: [id] }),
  )
  return {
    id,
    parent: one.parent,
    claim: one.claim,
    stateHash: one.stateHash,
    asserter: one.asserter.toLowerCase() as Hex,
    status: STATUSES[one.status] ?? 'unknown',
    createdAt: Number(one.createdAt),
    batchCount: Number(one.batchCount),
    nextBatchCount: Number(one.nextBatchCount),
    rulesIndex: one.rulesIndex,
  }
}

/** The newest confirmed assertion. */
export async function readNewest(node: Node): Promise<AssertionView> {
  const id = await reach(() => node.client.readContract({ ...at(node), functionName: 'newest' }))
  return readAssertion(node, id)
}

/** Assertions made on a parent, oldest first. */
export async function readChildren(node: Node, parent: Hex): Promise<AssertionView[]> {
  const query = { ...at(node), eventName: 'AssertionMade', args: { parent } } as const
  const events = await readEvents(node.client, query, { fromBlock: BigInt(node.network.fromBlock) })
  return Promise.all(events.map(({ args }) => readAssertion(node, args.id)))
}

/**
 * What this node takes to be true after a number of records, and its hash; undefined where it has
 * not derived that many.
 */
export async function ownState(
  node: Node,
  batchCount: number,
): Promise<{ state: RollupState; stateHash: Hex } | undefined> {
  const state = await node.stateAt(batchCount)
  return state && { state, stateHash: hashState(state) }
}

function at(node: Node) {
  return { address: node.network.contracts.assertions, abi: assertionsAbi } as const
}
