import { concat, fromUint, type RandomBytes } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'

/** Random bytes that follow from a seed. */
export function fixedRandom(seed: number): RandomBytes {
  let count = 0
  return (sizeBytes) => {
    let bytes: Uint8Array = new Uint8Array(0)
    while (bytes.length < sizeBytes) {
      count += 1
      bytes = concat(bytes, sha256Tagged('fixed random', fromUint(seed, 4), fromUint(count, 4)))
    }
    return bytes.slice(0, sizeBytes)
  }
}
