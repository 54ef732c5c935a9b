// What `settle` takes: a settlement without what the deal and the certificate say already;
// docs/protocol/exchange.md, section 8. `PackedSettlement` of contracts/src/exchange reads it.
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { concat, encodePacked } from 'viem'
import type { Certificate } from './Certificate.ts'
import type { DealTerms } from './Deal.ts'
import type { OracleSignature, Settlement } from './Settlement.ts'

/** Bytes of a settlement without its certification. */
export const PACKED_SIZE = 390

/** A settlement with its own certification behind it. @throws Settlement.Unpackable */
export function pack(settlement: Settlement): Hex {
  const { oracleSignatures, quorumProof } = settlement
  const certification =
    quorumProof === undefined
      ? packCertification(oracleSignatures)
      : concat([encodePacked(['uint16'], [quorumProof.signers]), quorumProof.proof])
  return concat([packAlone(settlement), certification])
}

/** A settlement of a batch that is certified as a whole. @throws Settlement.Unpackable */
export function packAlone(settlement: Settlement): Hex {
  const { certificate, consent, consentSignature, relayerFee } = settlement
  try {
    return concat([
      encodePacked(
        ['address', 'uint16', 'uint64', 'bytes32', 'bytes32', 'bytes32', 'bytes32', 'bytes32'],
        [
          certificate.provider,
          certificate.score,
          certificate.asOf,
          certificate.manifestHash,
          certificate.personTag,
          certificate.recordTag,
          certificate.statusListsRoot,
          certificate.receiptHash,
        ],
      ),
      encodePacked(
        ['bytes32', 'uint128', 'address', 'address', 'uint128', 'uint64', 'uint64', 'uint128'],
        [
          consent.answersHash,
          consent.minimumNet,
          consent.payout,
          consent.relayer,
          consent.maximumRelayerFee,
          consent.signedUntil,
          consent.consentUntil,
          relayerFee,
        ],
      ),
      compact(consentSignature),
    ])
  } catch (cause) {
    if (cause instanceof UnpackableError) throw cause
    throw new UnpackableError('a field is outside its range', { cause })
  }
}

/**
 * Who certifies and their signatures: two bytes with a bit for each place in the deal's list, then
 * 64 bytes a signature, in the order of the places.
 * @throws Settlement.Unpackable
 */
export function packCertification(signatures: readonly OracleSignature[]): Hex {
  let signers = 0
  for (const { index } of signatures) {
    if (!Number.isInteger(index) || index < 0 || index > 15 || (signers >> index) & 1) {
      throw new UnpackableError(`oracle ${index} is no place of a list, or signed twice`)
    }
    signers |= 1 << index
  }
  const ordered = [...signatures].sort((one, other) => one.index - other.index)
  const proof = ordered.map(({ signature }) => compact(signature))
  return concat([encodePacked(['uint16'], [signers]), ...proof])
}

/**
 * A signature of 65 bytes as 64: r, and s with the parity of v in its highest bit (EIP-2098).
 * @throws Settlement.Unpackable
 */
export function compact(signature: Hex): Hex {
  const bytes = fromHex(signature)
  const [v, top] = [bytes[64], bytes[32]]
  if (bytes.length !== 65 || v === undefined || top === undefined || top > 127) {
    throw new UnpackableError('a signature is not 65 bytes with s in the lower half')
  }
  if (v !== 27 && v !== 28 && v > 1) throw new UnpackableError(`a signature has a v of ${v}`)
  if (v === 28 || v === 1) bytes[32] = top | 128
  return toHex(bytes.subarray(0, 64))
}

/**
 * A signature of 64 bytes as 65: r, s and v, as contracts and wallets take it.
 */
export function expand(signature: Uint8Array): Hex {
  const bytes = new Uint8Array(65)
  bytes.set(signature.subarray(0, 64))
  const top = bytes[32] as number
  bytes[32] = top & 127
  bytes[64] = top > 127 ? 28 : 27
  return toHex(bytes)
}

/**
 * The certificate of a packed settlement, with what the deal's terms imply filled in as the
 * contract does.
 * @param packed of `PACKED_SIZE` bytes at least
 */
export function unpackCertificate(
  packed: Uint8Array,
  dealId: Hex,
  terms: Pick<DealTerms, 'certificateLife' | 'validatorHash'>,
): Certificate {
  const at = (start: number, sizeBytes: number): Hex =>
    toHex(packed.subarray(start, start + sizeBytes))
  const asOf = BigInt(at(22, 8))
  return {
    dealId,
    provider: at(0, 20),
    manifestHash: at(30, 32),
    personTag: at(62, 32),
    recordTag: at(94, 32),
    score: Number(at(20, 2)),
    asOf,
    validUntil: BigInt.asUintN(64, asOf + BigInt(terms.certificateLife)),
    validatorHash: terms.validatorHash,
    statusListsRoot: at(126, 32),
    receiptHash: at(158, 32),
  }
}

export class UnpackableError extends AmbrosiaError {
  constructor(why: string, options: { cause?: unknown } = {}) {
    super('Settlement.Unpackable', `the settlement can't be sent: ${why}`, {
      ...options,
      hint: 'Offer the record again.',
    })
  }
}
