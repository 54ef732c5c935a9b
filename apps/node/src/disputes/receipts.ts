import { type Claim, decode, encode, idOf, signReceipt } from '@ambrosia/dispute/Claim'
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import { RLP } from '@ethereumjs/rlp'
import type { Signed } from '../assertions/judge.ts'
import type { Node } from '../Node.ts'
import { disputesOf } from './Disputes.ts'
import { obtainRun } from './obtainRun.ts'

/** What a member is asked to sign for: a claim of somebody's. */
export function encodeReceiptRequest(claimant: Hex, content: Claim): Uint8Array {
  return RLP.encode([fromHex(claimant), fromHex(encode(content))])
}

/** Looks under way, by claim: whoever asks again meanwhile waits for the same. */
const looking = new WeakMap<Node, Map<Hex, Promise<Signed>>>()

/**
 * Signs that this node holds the input of a claim, has computed its first state and run it, and
 * keeps it for whoever wants to challenge. That the claim is true is nothing that it says.
 */
export async function receiveClaim(node: Node, body: Uint8Array): Promise<Signed> {
  const request = node.disputes && decodeReceiptRequest(body)
  if (request === undefined) return { refusal: 'it is no claim', later: false }
  const { claimant, content } = request
  const id = idOf(disputesOf(node).seat, claimant, content)
  const mine = looking.get(node) ?? new Map<Hex, Promise<Signed>>()
  looking.set(node, mine)
  const found = mine.get(id)
  if (found !== undefined) return found
  const look = lookAt(node, claimant, content).finally(() => mine.delete(id))
  mine.set(id, look)
  return look
}

async function lookAt(node: Node, claimant: Hex, content: Claim): Promise<Signed> {
  if (content.programId !== node.network.programId) {
    return { refusal: 'it is about another program', later: false }
  }
  const run = await obtainRun(node, content, claimant)
  if (run === undefined) return { refusal: 'nobody gives the input', later: true }
  try {
    const claim = { place: disputesOf(node).seat, claimant, content }
    return { signature: await signReceipt(node.account, claim, run) }
  } catch (error) {
    // A thread that ended says nothing about the claim.
    if (hasCode(error, 'Run.Ended') || !(error instanceof AmbrosiaError)) throw error
    return { refusal: error.message, later: false }
  }
}

function decodeReceiptRequest(body: Uint8Array): { claimant: Hex; content: Claim } | undefined {
  try {
    const [claimant, content, ...rest] = RLP.decode(body) as unknown[]
    const isWhole = claimant instanceof Uint8Array && content instanceof Uint8Array
    if (!isWhole || claimant.length !== 20 || rest.length > 0) return undefined
    return { claimant: toHex(claimant), content: decode(toHex(content)) }
  } catch {
    return undefined
  }
}
