import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import { RLP } from '@ethereumjs/rlp'
import { sign } from '../messages/typedData.ts'
import type { Node } from '../Node.ts'
import { type AssertionView, ownState, readAssertion } from './readAssertions.ts'

export type Signed = { signature: Hex } | { refusal: string; later: boolean }

/** What a node holds of an assertion: `unknown` where it has not derived as far. */
export type Opinion = 'true' | 'false' | 'unknown'

/** An assertion is true where its parent's state and its own are this node's. */
export async function judge(node: Node, assertion: AssertionView): Promise<Opinion> {
  const own = await ownState(node, assertion.batchCount)
  if (own === undefined) return 'unknown'
  return own.stateHash === assertion.stateHash ? 'true' : 'false'
}

/** Signs that an assertion may be confirmed at once, if it is true. */
export async function confirmAssertion(node: Node, body: Uint8Array): Promise<Signed> {
  if (body.length !== 32) return { refusal: 'it is not the id of an assertion', later: false }
  const id = toHex(body)
  const opinion = await opinionOf(node, id)
  if (opinion !== 'true') return { refusal: `it is ${opinion} here`, later: opinion !== 'false' }
  const statement = { type: 'FastConfirmation', message: { assertion: id } } as const
  return { signature: await sign(node.network, node.account, statement) }
}

/** Signs that the claim behind an assertion falls, if the assertion is false. */
export async function denyClaim(node: Node, body: Uint8Array): Promise<Signed> {
  const request = decodeDenial(body)
  if (request === undefined) return { refusal: 'it is not a denial', later: false }
  const { assertion, winner } = request
  const opinion = await opinionOf(node, assertion)
  if (opinion !== 'false') return { refusal: `it is ${opinion} here`, later: opinion !== 'true' }
  const { claim } = await readAssertion(node, assertion)
  const statement = { type: 'Denial', message: { claim, winner } } as const
  return { signature: await sign(node.network, node.account, statement) }
}

export function encodeDenial(assertion: Hex, winner: Hex): Uint8Array {
  return RLP.encode([assertion, winner])
}

function decodeDenial(bytes: Uint8Array): { assertion: Hex; winner: Hex } | undefined {
  let fields: unknown
  try {
    fields = RLP.decode(bytes)
  } catch {
    return undefined
  }
  if (!Array.isArray(fields) || fields.length !== 2) return undefined
  const [assertion, winner] = fields
  if (!(assertion instanceof Uint8Array) || assertion.length !== 32) return undefined
  if (!(winner instanceof Uint8Array) || winner.length !== 20) return undefined
  return { assertion: toHex(assertion), winner: toHex(winner) }
}

async function opinionOf(node: Node, id: Hex): Promise<Opinion> {
  try {
    return await judge(node, await readAssertion(node, id))
  } catch (error) {
    // L1 may not show it to this node yet.
    if (hasCode(error, 'Chain.AssertionUnknown')) return 'unknown'
    throw error
  }
}
