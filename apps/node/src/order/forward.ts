import { inboxAbi } from '@ambrosia/chain/abi/rollup'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { KINDS } from '@ambrosia/rollup/InboxEntry'
import { sealPayload } from '@ambrosia/rollup/SealedPayload'
import * as KillPoint from '@ambrosia/service/KillPoint'
import { RLP } from '@ethereumjs/rlp'
import { encodeFunctionData } from 'viem'
import type { Node } from '../Node.ts'
import type { Signal } from '../Signal.ts'

/** Transactions of one request. */
const BATCH_COUNT = 5000
/** Time in which arriving transactions are gathered into one request. */
const GATHER_MS = 10
/** Time after which the sequencer is asked again. */
const AGAIN_MS = 1000

/** Hands transactions that wait here on to the sequencer, until the signal. */
export async function forward(
  node: Node,
  options: { arrived: Signal; signal: AbortSignal },
): Promise<void> {
  const { arrived, signal } = options
  const handed = new Set<Hex>()
  while (!signal.aborted) {
    await handOn(node, handed)
    await arrived.wait(AGAIN_MS, signal)
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
  }
}

/** Sends what was not handed on yet. The sequencer has written down what it answers with a hash. */
async function handOn(node: Node, handed: Set<Hex>): Promise<void> {
  const peer = node.peers.get(node.network.sequencer)
  const waiting = node.pool.all()
  const known = new Set(waiting.map(({ hash }) => hash))
  for (const hash of handed) if (!known.has(hash)) handed.delete(hash)
  const fresh = waiting.filter(({ hash }) => !handed.has(hash))
  if (peer === undefined || fresh.length === 0) return
  for (let at = 0; at < fresh.length; at += BATCH_COUNT) {
    const part = fresh.slice(at, at + BATCH_COUNT)
    const answer = await peer.send(
      'POST',
      '/v1/transactions',
      RLP.encode(part.map(({ raw }) => raw)),
    )
    if (answer.status !== 200) throw new Error(`the sequencer answered ${answer.status}`)
    const results = JSON.parse(Buffer.from(answer.body).toString()) as { message?: string }[]
    for (const [index, { hash }] of part.entries()) {
      const message = results[index]?.message
      handed.add(hash)
      if (message === undefined || message === 'already known') continue
      node.log.info({ hash, why: message }, 'the sequencer did not take a transaction')
      await node.pool.drop(hash)
    }
  }
}

/**
 * Sends through L1 what the sequencer has left lying, sealed to the committee. From then on it is
 * due after the network's delay, and no record can leave it out.
 */
export async function forceOverdue(node: Node, patienceSec: number): Promise<Hex[]> {
  const { network, pool } = node
  const { inbox } = network.contracts
  const forced: Hex[] = []
  for (const { hash, raw } of await pool.overdue(node.nowSec() - patienceSec)) {
    const sealed = await sealPayload(
      { l1ChainId: network.rules.l1ChainId, inbox, kind: KINDS.forced, sender: node.address },
      network.secrets.keys.at(-1)?.publicKey as Hex,
      raw,
    )
    const data = encodeFunctionData({
      abi: inboxAbi,
      functionName: 'forceTransaction',
      args: [toHex(sealed)],
    })
    await node.send({ to: inbox, data })
    // Sent again after a crash here it would be dropped at its place: its nonce is used.
    KillPoint.reach('node.transaction.forced')
    await pool.markForced(hash)
    forced.push(hash)
  }
  return forced
}
