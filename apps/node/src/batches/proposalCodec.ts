import { fromHex, fromUint, toHex, toUint } from '@ambrosia/primitives/Bytes'
import { RLP } from '@ethereumjs/rlp'
import type { Proposal } from './certify.ts'

/** A proposal as it goes to other members: RLP. */
export function encodeProposal({ certificate, packed }: Proposal): Uint8Array {
  const { index, accumulator, commitment, inboxCount, anchor } = certificate
  return RLP.encode([
    fromUint(index, 8),
    fromHex(accumulator),
    fromHex(commitment),
    fromUint(inboxCount, 8),
    fromHex(anchor),
    packed,
  ])
}

/** Undefined for anything that is not a proposal. */
export function decodeProposal(bytes: Uint8Array): Proposal | undefined {
  let fields: unknown
  try {
    fields = RLP.decode(bytes)
  } catch {
    return undefined
  }
  if (!Array.isArray(fields) || fields.length !== 6) return undefined
  if (!fields.every((field) => field instanceof Uint8Array)) return undefined
  const [index, accumulator, commitment, inboxCount, anchor, packed] = fields as [
    ...Uint8Array[],
    Uint8Array,
  ] as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const isSized =
    index.length === 8 &&
    inboxCount.length === 8 &&
    [accumulator, commitment, anchor].every(({ length }) => length === 32)
  if (!isSized) return undefined
  return {
    certificate: {
      index: Number(toUint(index)),
      accumulator: toHex(accumulator),
      commitment: toHex(commitment),
      inboxCount: Number(toUint(inboxCount)),
      anchor: toHex(anchor),
    },
    packed,
  }
}
