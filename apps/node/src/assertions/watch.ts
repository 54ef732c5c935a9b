import { assertionsAbi, committeeResolverAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import { concat, fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { encodeFunctionData } from 'viem'
import { challengeClaim } from '../disputes/challengeClaim.ts'
import type { Node } from '../Node.ts'
import { collectSignatures } from '../peers/collectSignatures.ts'
import { denyClaim, encodeDenial, judge } from './judge.ts'
import { type AssertionView, readChildren, readNewest } from './readAssertions.ts'

const FALLS = 3

/**
 * Looks at every assertion that is pending and fights those that this node knows to be false.
 * @returns those that were refuted in this run
 */
export async function watch(node: Node): Promise<Hex[]> {
  const newest = await readNewest(node)
  const refuted: Hex[] = []
  const queue = await readChildren(node, newest.id)
  for (const assertion of queue) {
    // What was made on a false one falls with it, and on a true one may be false itself.
    queue.push(...(await readChildren(node, assertion.id)))
    if (assertion.status !== 'pending' || (await judge(node, assertion)) !== 'false') continue
    tellOnce(node, assertion)
    if (await refute(node, assertion)) refuted.push(assertion.id)
  }
  return refuted
}

const told = new WeakMap<Node, Set<Hex>>()

/** A dispute takes many looks. */
function tellOnce(node: Node, { id, asserter }: AssertionView): void {
  const before = told.get(node) ?? new Set<Hex>()
  if (before.has(id)) return
  told.set(node, before.add(id))
  node.log.error({ assertion: id, asserter }, 'a false assertion')
}

async function refute(node: Node, assertion: AssertionView): Promise<boolean> {
  const { assertions, resolver } = node.network.contracts
  const { claim } = assertion
  if (!(await falls(node, claim)) && !(await fight(node, assertion))) return false
  const args = [assertion.id] as const
  const data = encodeFunctionData({ abi: assertionsAbi, functionName: 'refute', args })
  await node.send({ to: assertions, data })
  node.log.info({ assertion: assertion.id, resolver }, 'a false assertion is refuted')
  return true
}

async function falls(node: Node, claim: Hex): Promise<boolean> {
  const outcome = await reach(() =>
    node.client.readContract({
      address: node.network.contracts.resolver,
      abi: committeeResolverAbi,
      functionName: 'outcomeOf',
      args: [claim],
    }),
  )
  return outcome === FALLS
}

/**
 * Whether the claim has fallen now: by the members' word, or after a game, which takes its time.
 */
async function fight(node: Node, assertion: AssertionView): Promise<boolean> {
  if (node.disputes === undefined) return deny(node, assertion)
  await challengeClaim(node, assertion.claim)
  return false
}

async function deny(node: Node, { id, claim }: AssertionView): Promise<boolean> {
  const winner = node.address
  const body = encodeDenial(id, winner)
  const { threshold } = await node.committee()
  const signatures = await collectSignatures(node, {
    statement: { type: 'Denial', message: { claim, winner } },
    needed: threshold,
    own: async () => {
      const signed = await denyClaim(node, body)
      return 'signature' in signed ? signed.signature : undefined
    },
    path: '/v1/deny',
    body,
  })
  if (signatures === undefined) return false
  const args = [claim, winner, toHex(concat(...signatures.map(fromHex)))] as const
  const data = encodeFunctionData({ abi: committeeResolverAbi, functionName: 'deny', args })
  await node.send({ to: node.network.contracts.resolver, data })
  return true
}
