import { concat, fromHex, fromUint, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import { RefusedError } from './Refusal.ts'

/**
 * The keys that an enclave vouches for, and what they are for. `docs/protocol/oracles.md`,
 * section 3.
 */
export type NodeKeys = {
  /** Operator account that applies. */
  operator: Hex
  /** Account whose key signs certificates and releases. */
  signer: Hex
  /** X25519 key to which records are sealed. */
  encryptionKey: Hex
  /** X25519 key made for this admission alone, to which others wrap the secrets. */
  admissionKey: Hex
  /** Keccak-256 of the BLS12-381 public key, or zero. */
  blsKeyHash: Hex
  measurement: Hex
  /** Hash of a block that was recent when the keys were made. */
  nonce: Hex
  /** Unix time after which the application no longer counts. */
  expiresAtSec: bigint
}

/** Where the keys are to be admitted. */
export type Admission = { chainId: bigint; verifyingContract: Hex }

/** EIP-712 type of the message; the contract OracleAdmission has the same. */
export const TYPE =
  'NodeKeys(address operator,address signer,bytes32 encryptionKey,bytes32 admissionKey,bytes32 blsKeyHash,bytes32 measurement,bytes32 nonce,uint64 expiresAt)'

const DOMAIN_TYPE =
  'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'
const DOMAIN_NAME = 'OracleAdmission'
const DOMAIN_VERSION = '1'

/** EIP-712 digest of the keys in the domain of the contract OracleAdmission. */
export function digest(keys: NodeKeys, admission: Admission): Uint8Array {
  const domain = keccak256(
    keccak256(fromUtf8(DOMAIN_TYPE)),
    keccak256(fromUtf8(DOMAIN_NAME)),
    keccak256(fromUtf8(DOMAIN_VERSION)),
    fromUint(admission.chainId, 32),
    word(admission.verifyingContract, 20),
  )
  const struct = keccak256(
    keccak256(fromUtf8(TYPE)),
    word(keys.operator, 20),
    word(keys.signer, 20),
    word(keys.encryptionKey, 32),
    word(keys.admissionKey, 32),
    word(keys.blsKeyHash, 32),
    word(keys.measurement, 32),
    word(keys.nonce, 32),
    fromUint(keys.expiresAtSec, 32),
  )
  return keccak256(Uint8Array.of(0x19, 0x01), domain, struct)
}

/** What the enclave puts into its report: the digest of its keys and 32 zero bytes. */
export function reportData(keys: NodeKeys, admission: Admission): Uint8Array {
  return concat(digest(keys, admission), new Uint8Array(32))
}

/** Hash of a BLS public key as `blsKeyHash` names it. */
export function hashBlsKey(publicKey: Uint8Array): Hex {
  return toHex(keccak256(publicKey))
}

function word(hex: Hex, sizeBytes: number): Uint8Array {
  const bytes = fromHex(hex)
  if (bytes.length !== sizeBytes) {
    throw new RefusedError('Malformed', `a key of ${sizeBytes} bytes has ${bytes.length}`)
  }
  return concat(new Uint8Array(32 - sizeBytes), bytes)
}
