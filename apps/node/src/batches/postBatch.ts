import { batchesAbi, inboxAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import { concat, fromHex, type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import * as Batch from '@ambrosia/rollup/Batch'
import type { BatchCertificate } from '@ambrosia/rollup/BatchCertificate'
import * as KillPoint from '@ambrosia/service/KillPoint'
import { encodeFunctionData } from 'viem'
import { countOf } from '../l2/blocks.ts'
import { collectUnsettled } from '../l2/unsettled.ts'
import type { Node } from '../Node.ts'
import { collectSignatures } from '../peers/collectSignatures.ts'
import { certify, type Proposal } from './certify.ts'
import type { Outgoing } from './Outgoing.ts'
import { encodeProposal } from './proposalCodec.ts'

/** What came of a run: posted, or why not. */
export type Posting =
  | { posted: BatchCertificate; blocks: number; gasUsed: bigint; calldata: Hex }
  | { waiting: string }

/**
 * Posts the batch of this slot of the cadence, if it is time and enough members certify it. Without
 * a certificate nothing is posted and nothing is shown: the next run tries again.
 */
export async function postBatch(node: Node, outgoing: Outgoing): Promise<Posting> {
  const { network, l1 } = node
  const { batches } = network.contracts
  const onL1 = await readBatches(node)
  const settled = await node.chain.settled()
  const isBehind = onL1.count !== l1.recordCount || settled.recordCount !== l1.recordCount
  if (isBehind) return { waiting: 'this node does not have all that L1 has' }
  if (onL1.isSlotTaken) return { waiting: 'the slot has its batch' }
  const proposal = await propose(node, outgoing, onL1.due)
  if (proposal === undefined) return { waiting: 'due entries are in no block yet' }
  const { certificate } = proposal
  const statement = { type: 'BatchCertificate', message: certificate } as const
  const { threshold } = await node.committee()
  const signatures = await collectSignatures(node, {
    statement,
    needed: threshold,
    own: async () => {
      const verdict = await certify(node, proposal)
      return 'signature' in verdict ? verdict.signature : undefined
    },
    path: '/v1/certify',
    body: encodeProposal(proposal),
  })
  if (signatures === undefined) return { waiting: 'too few members certify' }
  const { index, commitment, inboxCount, anchor } = certificate
  const calldata = encodeFunctionData({
    abi: batchesAbi,
    functionName: 'post',
    args: [
      BigInt(index),
      commitment,
      BigInt(inboxCount),
      anchor,
      toHex(concat(...signatures.map(fromHex))),
    ],
  })
  KillPoint.reach('node.batch.certified')
  const receipt = await node.send({ to: batches, data: calldata })
  KillPoint.reach('node.batch.posted')
  const blocks = Batch.decodeBody(Batch.unpack(proposal.packed).body).length
  return { posted: certificate, blocks, gasUsed: receipt.gasUsed, calldata }
}

/** The batch that was made for this place if it still holds, else a new one. */
async function propose(node: Node, outgoing: Outgoing, due: number): Promise<Proposal | undefined> {
  const { l1 } = node
  const index = l1.recordCount
  const before = await outgoing.at(index)
  if (before !== undefined && before.inboxCount >= due) {
    const packed = await node.bodies.packed(before.commitment)
    const proposal = packed && { certificate: before, packed }
    if (proposal !== undefined && 'signature' in (await certify(node, proposal))) return proposal
  }
  const latestSec = (await node.l1Clock()) + node.network.rules.maximumDrift
  const { blocks, end } = await collectUnsettled(node.chain, latestSec)
  const inboxCount = countOf(end)
  if (inboxCount < due) return undefined
  const contents = { salt: toHex(random(32)), body: Batch.encodeBody(blocks) }
  const commitment = await node.bodies.put(contents)
  const certificate = {
    index,
    accumulator: l1.accumulatorAt(index) as Hex,
    commitment,
    inboxCount,
    anchor: l1.anchorAt(inboxCount) as Hex,
  }
  await outgoing.put(certificate)
  KillPoint.reach('node.batch.kept')
  return { certificate, packed: Batch.pack(contents.salt, contents.body) }
}

async function readBatches(node: Node) {
  const { client, network } = node
  const { batches, inbox } = network.contracts
  const read = { address: batches, abi: batchesAbi } as const
  const [count, inboxCount, [cadence, start, last]] = await reach(() =>
    Promise.all([
      client.readContract({ ...read, functionName: 'count' }),
      client.readContract({ ...read, functionName: 'inboxCount' }),
      client.readContract({ ...read, functionName: 'slots' }),
    ]),
  )
  const due = await reach(() =>
    client.readContract({
      address: inbox,
      abi: inboxAbi,
      functionName: 'dueCount',
      args: [inboxCount],
    }),
  )
  // What L1 would say now: it judges a call by the time of its newest block.
  const slot = Math.floor(((await node.l1Clock()) - Number(start)) / Number(cadence))
  return { count: Number(count), due: Number(due), isSlotTaken: slot <= Number(last) }
}
