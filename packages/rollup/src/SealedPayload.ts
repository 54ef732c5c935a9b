import {
  concat,
  fromHex,
  fromUint,
  fromUtf8,
  type Hex,
  type RandomBytes,
  random,
  toHex,
  toUint,
} from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { Chacha20Poly1305 } from '@hpke/chacha20poly1305'
import { CipherSuite, HkdfSha256 } from '@hpke/core'
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519'
import { type InboxEntry, KINDS, type Kind, type Opened } from './InboxEntry.ts'
import { abiEncode } from './internal/abi.ts'

/**
 * Payloads of inbox entries, encrypted to the committee; docs/protocol/rollup.md, section 3. HPKE
 * in base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
 */
export type Context = {
  l1ChainId: number
  /** The network's Inbox. */
  inbox: Hex
  kind: Kind
  /** Who sends the entry on L1. */
  sender: Hex
}

export type KeyPair = { publicKey: Hex; privateKey: Hex }

/** Bytes that a payload is padded to; a deposit is always 32. */
export const PADDED_BYTES = [256, 1024, 4096, 16_384, 65_536] as const

/** Longest payload: the largest size less its length. */
export const PAYLOAD_BYTES = 65_536 - 4

const ENC_BYTES = 32
const DEPOSIT_BYTES = 32
const kem = new DhkemX25519HkdfSha256()
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() })

/**
 * A key pair of a committee: DeriveKeyPair of RFC 9180, section 7.1.3, from 32 secret random bytes.
 */
export async function createKeyPair(seed: Uint8Array): Promise<KeyPair> {
  const pair = await kem.deriveKeyPair(toBuffer(seed))
  const [publicKey, privateKey] = await Promise.all([
    kem.serializePublicKey(pair.publicKey),
    kem.serializePrivateKey(pair.privateKey),
  ])
  return {
    publicKey: toHex(new Uint8Array(publicKey)),
    privateKey: toHex(new Uint8Array(privateKey)),
  }
}

/** Seals the recipient of a deposit. */
export async function sealRecipient(
  context: Context,
  publicKey: Hex,
  recipient: Hex,
  randomBytes: RandomBytes = random,
): Promise<Uint8Array> {
  return seal(context, publicKey, concat(fromHex(recipient), new Uint8Array(12)), randomBytes)
}

/** Seals any other payload, padded to the next size. @throws SealedPayload.TooLong */
export async function sealPayload(
  context: Context,
  publicKey: Hex,
  payload: Uint8Array,
  randomBytes: RandomBytes = random,
): Promise<Uint8Array> {
  return seal(context, publicKey, pad(payload), randomBytes)
}

/** The payload behind its length and before zeros. @throws SealedPayload.TooLong */
export function pad(payload: Uint8Array): Uint8Array {
  const size = PADDED_BYTES.find((bytes) => bytes >= payload.length + 4)
  if (size === undefined) throw new TooLongError(payload.length)
  const padded = new Uint8Array(size)
  padded.set(fromUint(payload.length, 4))
  padded.set(payload, 4)
  return padded
}

/**
 * The payload of a padded plaintext; undefined unless it is padded to exactly the size that `pad`
 * chooses, with zeros.
 */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length < 4) return undefined
  const length = Number(toUint(padded.subarray(0, 4)))
  if (length > padded.length - 4) return undefined
  if (PADDED_BYTES.find((bytes) => bytes >= length + 4) !== padded.length) return undefined
  if (padded.subarray(4 + length).some((byte) => byte !== 0)) return undefined
  return padded.slice(4, 4 + length)
}

/**
 * Opens what the derivation of blocks needs of an entry: a deposit's recipient, a forced
 * transaction. `keys` are all key pairs that the committee has had; an entry to another key, or one
 * that does not open, stays unopened.
 * @throws SealedPayload.KeyMissing where a private key that L1 names is not among them: without it
 * nothing can be derived.
 */
export async function open(
  network: { l1ChainId: number; inbox: Hex },
  keys: readonly KeyPair[],
  entry: InboxEntry,
): Promise<Opened> {
  if (entry.kind !== KINDS.deposit && entry.kind !== KINDS.forced) return { entry }
  const plaintext = await openPlaintext(network, keys, entry)
  if (plaintext === undefined) return { entry }
  if (entry.kind === KINDS.forced) return { entry, transaction: unpad(plaintext) }
  if (plaintext.length !== DEPOSIT_BYTES) return { entry }
  if (plaintext.subarray(20).some((byte) => byte !== 0)) return { entry }
  return { entry, recipient: toHex(plaintext.subarray(0, 20)) }
}

/**
 * The plaintext of any entry, still padded; undefined where it does not open.
 * @throws SealedPayload.KeyMissing
 */
export async function openPlaintext(
  network: { l1ChainId: number; inbox: Hex },
  keys: readonly KeyPair[],
  entry: InboxEntry,
): Promise<Uint8Array | undefined> {
  const pair = keys.find(({ publicKey }) => publicKey === entry.encryptionKey)
  if (pair === undefined) throw new KeyMissingError(entry.encryptionKey)
  if (entry.sealed.length < ENC_BYTES) return undefined
  const context: Context = { ...network, kind: entry.kind, sender: entry.sender }
  // Outside of what may fail: a key of ours that is malformed must not look like a payload that
  // does not open.
  const recipientKey = await kem.deserializePrivateKey(toBuffer(fromHex(pair.privateKey)))
  try {
    const plaintext = await suite.open(
      {
        recipientKey,
        enc: toBuffer(entry.sealed.slice(0, ENC_BYTES)),
        info: toBuffer(infoOf(context)),
      },
      toBuffer(entry.sealed.slice(ENC_BYTES)),
      toBuffer(abiEncode(context.kind, context.sender)),
    )
    return new Uint8Array(plaintext)
  } catch {
    return undefined
  }
}

async function seal(
  context: Context,
  publicKey: Hex,
  plaintext: Uint8Array,
  randomBytes: RandomBytes,
): Promise<Uint8Array> {
  const recipientPublicKey = await kem.deserializePublicKey(toBuffer(fromHex(publicKey)))
  const { enc, ct } = await suite.seal(
    {
      recipientPublicKey,
      info: toBuffer(infoOf(context)),
      // The ephemeral key comes from these bytes: RFC 9180, section 7.1.3.
      ekm: toBuffer(randomBytes(32)),
    },
    toBuffer(plaintext),
    toBuffer(abiEncode(context.kind, context.sender)),
  )
  return concat(new Uint8Array(enc), new Uint8Array(ct))
}

function infoOf({ l1ChainId, inbox }: { l1ChainId: number; inbox: Hex }): Uint8Array {
  return concat(fromUtf8('ambrosia inbox 1'), abiEncode(l1ChainId, inbox))
}

/** What the library takes: a buffer of exactly these bytes. */
function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer
}

export class TooLongError extends AmbrosiaError {
  constructor(length: number) {
    super('SealedPayload.TooLong', `a payload of ${length} bytes; ${PAYLOAD_BYTES} are the most`)
  }
}

export class KeyMissingError extends AmbrosiaError {
  constructor(publicKey: Hex) {
    super('SealedPayload.KeyMissing', `no private key of the committee's key ${publicKey}`, {
      hint: 'Every member of the committee needs all of its keys, past ones included.',
    })
  }
}
