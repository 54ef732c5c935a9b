import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { RLP } from '@ethereumjs/rlp'
import type { SoftBlock } from '../l2/SoftBlocks.ts'

/** Blocks with the sequencer's signatures as they go to other members: RLP. */
export function encodeSoftBlocks(blocks: readonly SoftBlock[]): Uint8Array {
  return RLP.encode(blocks.map(({ bytes, signature }) => [bytes, fromHex(signature)]))
}

/** Undefined for anything that is not a list of them. */
export function decodeSoftBlocks(
  bytes: Uint8Array,
): { bytes: Uint8Array; signature: Hex }[] | undefined {
  let list: unknown
  try {
    list = RLP.decode(bytes)
  } catch {
    return undefined
  }
  if (!Array.isArray(list)) return undefined
  const blocks: { bytes: Uint8Array; signature: Hex }[] = []
  for (const item of list) {
    if (!Array.isArray(item) || item.length !== 2) return undefined
    const [block, signature] = item
    if (!(block instanceof Uint8Array) || !(signature instanceof Uint8Array)) return undefined
    blocks.push({ bytes: block, signature: toHex(signature) })
  }
  return blocks
}
