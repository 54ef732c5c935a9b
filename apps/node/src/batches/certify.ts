import { equal, type Hex } from '@ambrosia/primitives/Bytes'
import * as Batch from '@ambrosia/rollup/Batch'
import type { BatchCertificate } from '@ambrosia/rollup/BatchCertificate'
import { countOf } from '../l2/blocks.ts'
import { findUnsettled } from '../l2/unsettled.ts'
import { sign } from '../messages/typedData.ts'
import type { Node } from '../Node.ts'

/** A batch that is to be certified. */
export type Proposal = { certificate: BatchCertificate; packed: Uint8Array }

/** A signature, or why there is none. `later` means that this node may see it otherwise soon. */
export type Verdict = { signature: Hex } | { refusal: string; later: boolean }

const later = (refusal: string): Verdict => ({ refusal, later: true })
const never = (refusal: string): Verdict => ({ refusal, later: false })

/**
 * Certifies a batch that is next on L1 and whose blocks are this node's own: those that it accepted
 * from the sequencer, or made. Its body is kept before the signature leaves.
 */
export async function certify(node: Node, { certificate, packed }: Proposal): Promise<Verdict> {
  const { chain, l1, network } = node
  const { index, accumulator, commitment, inboxCount, anchor } = certificate
  let contents: { salt: Hex; body: Uint8Array }
  try {
    contents = Batch.unpack(packed)
  } catch {
    return never('its transport form is malformed')
  }
  if (Batch.commitment(contents.salt, contents.body) !== commitment) {
    return never('it commits to something else')
  }
  const blocks = Batch.decodeBody(contents.body)
  if (!equal(Batch.encodeBody(blocks), contents.body)) return never('its body is malformed')
  const settled = await chain.settled()
  if (index !== l1.recordCount || index !== settled.recordCount) return later('another one is next')
  if (accumulator !== l1.accumulatorAt(index)) return later('it follows other records')
  if (anchor !== l1.anchorAt(inboxCount)) return later('L1 has another anchor')
  const last = blocks.at(-1)
  const latestSec = (await node.l1Clock()) + network.rules.maximumDrift
  if (last !== undefined && last.timestamp > latestSec) return later('its blocks are ahead of L1')
  const end = await findUnsettled(chain, blocks)
  if (end === undefined) return later('its blocks are not ours')
  // Entries beyond the last block's would make a block that nobody has seen.
  if (countOf(end) !== inboxCount) return never('it consumes entries that no block does')
  await node.bodies.put(contents)
  return {
    signature: await sign(network, node.account, {
      type: 'BatchCertificate',
      message: certificate,
    }),
  }
}
