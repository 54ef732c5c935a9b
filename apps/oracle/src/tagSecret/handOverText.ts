import type { Hex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Address } from 'viem'

/**
 * What an operator signs (EIP-191) who hands the tag secret over: bound to the network, to both
 * operators and to the very envelope.
 */
export function handOverText(handOver: {
  chainId: number
  dealBook: Address
  from: Hex
  to: Hex
  envelope: Envelope.Envelope
}): string {
  const { chainId, dealBook, from, to, envelope } = handOver
  return [
    'Ambrosia tag secret, version 1',
    `chain ${chainId}`,
    `deal book ${dealBook.toLowerCase()}`,
    `from ${from.toLowerCase()}`,
    `to ${to.toLowerCase()}`,
    `envelope ${Envelope.hash(envelope)}`,
  ].join('\n')
}
