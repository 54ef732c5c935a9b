import { fromHex, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type * as Sharing from '@ambrosia/threshold/Sharing'
import type { Address } from 'viem'
import type { EnclaveSettings } from './Enclave.ts'
import type { EnclaveKeys } from './keys.ts'

/** Who a share is for. */
export type Holder = { operator: Address; encryptionKey: Hex }

export type ShareEnvelopes = ReturnType<typeof createShareEnvelopes>

/**
 * Shares of an epoch in envelopes between members, each bound to its epoch, to the set of members
 * or the commitment that it belongs to, and to both ends.
 */
export function createShareEnvelopes(options: {
  settings: EnclaveSettings
  oracleEpochs: Address
  keys: EnclaveKeys
}) {
  const { settings, oracleEpochs, keys } = options
  const contextOf = (epoch: bigint, binding: Hex, from: Address, to: Address): Uint8Array =>
    sha256Tagged(
      'ambrosia/epoch-share/1',
      fromUint(settings.chainId, 32),
      fromHex(oracleEpochs),
      fromUint(epoch, 8),
      fromHex(binding),
      fromHex(from),
      fromHex(to),
    )
  return {
    /** A share from this oracle to another. */
    wrap: (
      share: Sharing.Share,
      to: Holder,
      { epoch, binding }: { epoch: bigint; binding: Hex },
    ): Promise<Envelope.Envelope> =>
      Envelope.wrap({
        dataKey: fromHex(share.value),
        recipient: {
          keyId: to.operator.toLowerCase(),
          epoch: 1,
          publicKey: fromHex(to.encryptionKey),
        },
        context: contextOf(epoch, binding, keys.operator, to.operator),
      }),

    /** The value of a share that another sent to this oracle. */
    unwrap: async (
      envelope: Envelope.Envelope,
      { epoch, binding, from }: { epoch: bigint; binding: Hex; from: Address },
    ): Promise<Hex> => {
      const context = contextOf(epoch, binding, from, keys.operator)
      return toHex(await Envelope.unwrap({ envelope, privateKey: keys.privateKey, context }))
    },
  }
}
