import { assertionsAbi, committeeResolverAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import { concat, fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { digest, type RollupState } from '@ambrosia/rollup/Assertion'
import { hash as hashRules } from '@ambrosia/rollup/ChainRules'
import * as KillPoint from '@ambrosia/service/KillPoint'
import { encodeAbiParameters, encodeFunctionData, keccak256 } from 'viem'
import { ensureClaim, OUTCOME, outcomeOf } from '../disputes/makeClaim.ts'
import type { Node } from '../Node.ts'
import { collectSignatures } from '../peers/collectSignatures.ts'
import { dropLoser, provideBond } from './bonds.ts'
import { confirmAssertion } from './judge.ts'
import { type AssertionView, ownState, readChildren, readNewest } from './readAssertions.ts'

export type Asserted =
  | { asserted: Hex }
  | { confirmed: Hex }
  | { dropped: Hex }
  | { waiting: string }

/**
 * Makes the next assertion, or confirms the one that waits. Each run does one thing at most and
 * finds out from L1 what.
 */
export async function assertNext(node: Node): Promise<Asserted> {
  const newest = await readNewest(node)
  const dropped = await dropLoser(node, newest.id)
  if (dropped !== undefined) return { dropped }
  const children = (await readChildren(node, newest.id)).filter(
    ({ status }) => status === 'pending',
  )
  const own = await ownState(node, newest.nextBatchCount)
  if (own === undefined) return { waiting: 'there are not enough records yet' }
  const good = children.find(({ stateHash }) => stateHash === own.stateHash)
  if (good !== undefined) return confirm(node, good)
  const id = await assertState(node, newest, own.state)
  return id === undefined ? { waiting: 'too few members hold the input' } : { asserted: id }
}

/** @returns its id; undefined where the claim behind it can't be made yet */
async function assertState(
  node: Node,
  parent: AssertionView,
  next: RollupState,
): Promise<Hex | undefined> {
  const { network } = node
  const { assertions } = network.contracts
  const before = await node.stateAt(parent.batchCount)
  const answer = digest(hashRules(network.rules), before as RollupState, next)
  const range = { from: parent.batchCount, to: next.batchCount }
  const claim = await claimFor(node, range, answer)
  if (claim === undefined) return undefined
  KillPoint.reach('node.assertion.claimed')
  const { bond } = await readRules(node, parent.rulesIndex)
  await provideBond(node, bond)
  const { batchCount, accumulator, blockCommitment, outboxRoot } = next
  const state = { batchCount: BigInt(batchCount), accumulator, blockCommitment, outboxRoot }
  const data = encodeFunctionData({
    abi: assertionsAbi,
    functionName: 'assertState',
    args: [parent.id, state, claim],
  })
  await node.send({ to: assertions, data })
  KillPoint.reach('node.assertion.made')
  const stateHash = (await ownState(node, batchCount))?.stateHash as Hex
  return keccak256(toHex(concat(fromHex(parent.id), fromHex(stateHash), fromHex(claim))))
}

/** The claim behind an assertion, made where there is none; undefined where it can't be yet. */
async function claimFor(
  node: Node,
  range: { from: number; to: number },
  answer: Hex,
): Promise<Hex | undefined> {
  if (node.disputes !== undefined) return ensureClaim(node, range, answer)
  const { network, address } = node
  const { resolver } = network.contracts
  const claim = keccak256(
    encodeAbiParameters(
      [{ type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }],
      [address, network.programId, answer],
    ),
  )
  const [claimant] = await reach(() =>
    node.client.readContract({
      address: resolver,
      abi: committeeResolverAbi,
      functionName: 'claimOf',
      args: [claim],
    }),
  )
  // A crash may have come between the claim and its assertion.
  if (BigInt(claimant) !== 0n) return claim
  const args = [network.programId, answer] as const
  const data = encodeFunctionData({ abi: committeeResolverAbi, functionName: 'claim', args })
  await node.send({ to: resolver, data })
  return claim
}

/** Confirms at once where every member agrees, else when the period is over. */
async function confirm(node: Node, assertion: AssertionView): Promise<Asserted> {
  const { assertions } = node.network.contracts
  const { members } = await node.committee()
  const body = fromHex(assertion.id)
  const signatures = await collectSignatures(node, {
    statement: { type: 'FastConfirmation', message: { assertion: assertion.id } },
    needed: members.length,
    own: async () => {
      const signed = await confirmAssertion(node, body)
      return 'signature' in signed ? signed.signature : undefined
    },
    path: '/v1/confirm',
    body,
    isPatient: true,
  })
  if (signatures !== undefined) {
    const joined = toHex(concat(...signatures.map(fromHex)))
    const args = [assertion.id, joined] as const
    const data = encodeFunctionData({ abi: assertionsAbi, functionName: 'fastConfirm', args })
    await node.send({ to: assertions, data })
    return { confirmed: assertion.id }
  }
  const { period } = await readRules(node, await readParentRules(node, assertion))
  if ((await node.l1Clock()) < assertion.createdAt + Number(period)) {
    return { waiting: 'the period is not over' }
  }
  if ((await outcomeOf(node, assertion.claim)) !== OUTCOME.stands) {
    return { waiting: 'its claim does not stand yet' }
  }
  const args = [assertion.id] as const
  const data = encodeFunctionData({ abi: assertionsAbi, functionName: 'confirm', args })
  await node.send({ to: assertions, data })
  return { confirmed: assertion.id }
}

async function readParentRules(node: Node, { parent }: AssertionView): Promise<number> {
  const { assertions } = node.network.contracts
  const read = { address: assertions, abi: assertionsAbi, functionName: 'assertionOf' } as const
  return (await reach(() => node.client.readContract({ ...read, args: [parent] }))).rulesIndex
}

function readRules(node: Node, index: number) {
  const { assertions } = node.network.contracts
  return reach(() =>
    node.client.readContract({
      address: assertions,
      abi: assertionsAbi,
      functionName: 'rulesAt',
      args: [index],
    }),
  )
}
