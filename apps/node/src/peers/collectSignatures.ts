import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { type Statement, signerOf } from '../messages/typedData.ts'
import type { Node } from '../Node.ts'
import { createRefusals, type Refusals } from './refusals.ts'

/**
 * Signatures of members over a statement, in the order in which L1 wants them; undefined where
 * there are too few. Members are asked at the same time, and nobody waits for more than are needed.
 */
export async function collectSignatures(
  node: Node,
  options: {
    statement: Statement
    needed: number
    /** This node's own, if it gives one. */
    own: () => Promise<Hex | undefined>
    path: string
    body: Uint8Array
    /** Who refused for good is left alone for a while: for what is asked at each poll. */
    isPatient?: boolean
  },
): Promise<Hex[] | undefined> {
  const { statement, needed, path, body, isPatient = false } = options
  const { members } = await node.committee()
  const found = new Map<Hex, Hex>()
  if (members.includes(node.address)) {
    const signature = await options.own()
    if (signature !== undefined) found.set(node.address, signature)
  }
  const others = members.filter((member) => member !== node.address)
  await new Promise<void>((resolve) => {
    let open = others.length
    const settle = () => {
      if (--open <= 0 || found.size >= needed) resolve()
    }
    if (others.length === 0 || found.size >= needed) resolve()
    for (const member of others) {
      void ask(node, member, statement, { path, body, isPatient })
        .then((signature) => {
          if (signature !== undefined) found.set(member, signature)
        })
        .finally(settle)
    }
  })
  if (found.size < needed) return undefined
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, needed)
    .map(([, signature]) => signature)
}

/** Status of a refusal that is not only for now. */
const REFUSED = 422
const refusalsByNode = new WeakMap<Node, Refusals>()

function refusalsOf(node: Node): Refusals {
  const refusals = refusalsByNode.get(node) ?? createRefusals()
  refusalsByNode.set(node, refusals)
  return refusals
}

async function ask(
  node: Node,
  member: Hex,
  statement: Statement,
  { path, body, isPatient }: { path: string; body: Uint8Array; isPatient: boolean },
): Promise<Hex | undefined> {
  const peer = node.peers.get(member)
  const refusals = refusalsOf(node)
  const key = `${path} ${member} ${toHex(body)}`
  if (peer === undefined || (isPatient && !refusals.mayAsk(key))) return undefined
  try {
    const answer = await peer.send('POST', path, body)
    if (answer.status !== 200 || answer.body.length !== 65) {
      if (isPatient && answer.status === REFUSED) refusals.note(key)
      const why = Buffer.from(answer.body).toString().slice(0, 200)
      node.log.info({ member, path, why }, 'a member did not sign')
      return undefined
    }
    const signature = toHex(answer.body)
    return (await signerOf(node.network, statement, signature)) === member ? signature : undefined
  } catch (error) {
    node.log.warn({ err: error, member }, 'a member was not reached')
    return undefined
  }
}
