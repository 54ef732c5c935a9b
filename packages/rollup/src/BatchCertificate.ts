import { concat, fromHex, fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { hashBytes, hashWords } from './internal/abi.ts'

/**
 * What a member of the committee signs for a batch (EIP-712); docs/protocol/rollup.md, section 5.
 */
export type BatchCertificate = {
  /** Number of records before it. */
  index: number
  /** Accumulator over those. */
  accumulator: Hex
  commitment: Hex
  inboxCount: number
  anchor: Hex
}

/** The EIP-712 domain of a network's Batches. */
export type Domain = { name: string; chainId: number; verifyingContract: Hex }

export const PRIMARY_TYPE = 'BatchCertificate'
export const FIELDS = [
  { name: 'index', type: 'uint64' },
  { name: 'accumulator', type: 'bytes32' },
  { name: 'commitment', type: 'bytes32' },
  { name: 'inboxCount', type: 'uint64' },
  { name: 'anchor', type: 'bytes32' },
] as const

/** The EIP-712 digest. */
export function hash(certificate: BatchCertificate, chainId: number, batches: Hex): Hex {
  const { index, accumulator, commitment, inboxCount, anchor } = certificate
  const typeString = `${PRIMARY_TYPE}(${FIELDS.map(({ name, type }) => `${type} ${name}`).join(',')})`
  const structHash = hashWords(
    hashBytes(fromUtf8(typeString)),
    index,
    accumulator,
    commitment,
    inboxCount,
    anchor,
  )
  const domain = domainSeparator({ name: 'Batches', chainId, verifyingContract: batches })
  return hashBytes(Uint8Array.of(0x19, 0x01), concat(fromHex(domain), fromHex(structHash)))
}

/** The EIP-712 domain separator, version "1". */
export function domainSeparator({ name, chainId, verifyingContract }: Domain): Hex {
  const type = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'
  return hashWords(
    hashBytes(fromUtf8(type)),
    hashBytes(fromUtf8(name)),
    hashBytes(fromUtf8('1')),
    chainId,
    verifyingContract,
  )
}
