import { fromHex, fromUint, type Hex } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'

/** The epoch that data keys are sealed under. There is one until the oracles' keys rotate. */
const SEAL_EPOCH = 1

/** What a seal is bound to, besides its key; docs/protocol/exchange.md, section 6. */
export function sealContext(binding: {
  chainId: number
  dealBook: Hex
  dealId: Hex
  provider: Hex
}): Uint8Array {
  return sha256Tagged(
    'ambrosia/seal/1',
    fromUint(binding.chainId, 32),
    fromHex(binding.dealBook),
    fromHex(binding.dealId),
    fromHex(binding.provider),
    fromUint(SEAL_EPOCH, 8),
  )
}

/** What the envelope that releases a data key to the consumer is bound to. */
export function releaseContext(binding: {
  chainId: number
  dealBook: Hex
  recordId: Hex
  consumer: Hex
}): Uint8Array {
  return sha256Tagged(
    'ambrosia/release/1',
    fromUint(binding.chainId, 32),
    fromHex(binding.dealBook),
    fromHex(binding.recordId),
    fromHex(binding.consumer),
  )
}
