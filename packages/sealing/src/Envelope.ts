import {
  concat,
  fromBase64url,
  fromUint,
  fromUtf8,
  type Hex,
  type RandomBytes,
  random,
  toBase64url,
  toHex,
} from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { lengthPrefixed, sha256 } from '@ambrosia/primitives/Hash'
import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core'
import { Kem } from '#kem'
import * as DataKey from './DataKey.ts'

/**
 * A data key wrapped to one recipient with HPKE in base mode (RFC 9180): DHKEM(X25519,
 * HKDF-SHA256), HKDF-SHA256, AES-256-GCM. `info` is the context and the associated data are the
 * recipient's key id and epoch, so an envelope opens for the deal, recipient and epoch that it was
 * made for and nowhere else.
 */
export type Envelope = {
  /** Which key of the recipient opens it, such as a DID URL. */
  keyId: string
  /** Epoch of that key, from 0. */
  epoch: number
  /** Encapsulated key, 32 bytes in base64url. */
  enc: string
  /** Wrapped data key, 48 bytes in base64url. */
  wrapped: string
}

export type Recipient = {
  keyId: string
  epoch: number
  /** X25519 public key, 32 bytes. */
  publicKey: Uint8Array
}

export type KeyPair = {
  /** X25519 public key, 32 bytes. */
  publicKey: Uint8Array
  /** X25519 private key, 32 secret bytes. */
  privateKey: Uint8Array
}

export const KEY_SIZE_BYTES = 32
/** Longest key id, characters. */
export const KEY_ID_LENGTH = 256

const ENC_SIZE_BYTES = 32
const WRAPPED_SIZE_BYTES = 48

const kem = new Kem()
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() })

/** A fresh key pair: DeriveKeyPair of RFC 9180, section 7.1.3, from 32 random bytes. */
export async function createKeyPair(randomBytes: RandomBytes = random): Promise<KeyPair> {
  const pair = await kem.deriveKeyPair(toBuffer(randomBytes(KEY_SIZE_BYTES)))
  const [publicKey, privateKey] = await Promise.all([
    kem.serializePublicKey(pair.publicKey),
    kem.serializePrivateKey(pair.privateKey),
  ])
  return { publicKey: new Uint8Array(publicKey), privateKey: new Uint8Array(privateKey) }
}

/**
 * Wraps a data key to a recipient.
 * @throws Envelope.InvalidKey, Envelope.Invalid, DataKey.Invalid
 */
export async function wrap(options: {
  dataKey: DataKey.DataKey
  recipient: Recipient
  context: Uint8Array
}): Promise<Envelope> {
  const { recipient, context } = options
  const { keyId, epoch } = recipient
  const dataKey = DataKey.assert(options.dataKey)
  assertName(keyId, epoch)
  if (recipient.publicKey.length !== KEY_SIZE_BYTES) throw new InvalidKeyError()
  try {
    const recipientPublicKey = await kem.deserializePublicKey(toBuffer(recipient.publicKey))
    const sender = await suite.createSenderContext({ recipientPublicKey, info: infoOf(context) })
    const wrapped = await sender.seal(toBuffer(dataKey), associatedData(keyId, epoch))
    return {
      keyId,
      epoch,
      enc: toBase64url(new Uint8Array(sender.enc)),
      wrapped: toBase64url(new Uint8Array(wrapped)),
    }
  } catch {
    // The only input left that can fail is the key: a point of small order gives no secret (RFC
    // 9180, section 7.1.4).
    throw new InvalidKeyError()
  }
}

/**
 * The data key in an envelope. Every failure is the one error.
 * @throws Envelope.Refused, Envelope.Invalid
 */
export async function unwrap(options: {
  envelope: Envelope
  privateKey: Uint8Array
  context: Uint8Array
}): Promise<DataKey.DataKey> {
  const envelope = parse(options.envelope)
  if (options.privateKey.length !== KEY_SIZE_BYTES) throw new InvalidKeyError()
  try {
    const recipientKey = await kem.deserializePrivateKey(toBuffer(options.privateKey))
    const recipient = await suite.createRecipientContext({
      recipientKey,
      enc: toBuffer(fromBase64url(envelope.enc)),
      info: infoOf(options.context),
    })
    const bound = associatedData(envelope.keyId, envelope.epoch)
    return new Uint8Array(await recipient.open(toBuffer(fromBase64url(envelope.wrapped)), bound))
  } catch {
    throw new RefusedError()
  }
}

/** SHA-256 of the envelope's canonical JSON: what a release statement signs. */
export function hash(envelope: Envelope): Hex {
  return toHex(sha256(CanonicalJson.encode(parse(envelope))))
}

const KEYS = 'enc,epoch,keyId,wrapped'

/**
 * An envelope from untrusted JSON data, with nothing beside its four members.
 * @throws Envelope.Invalid
 */
export function parse(value: unknown): Envelope {
  if (typeof value !== 'object' || value === null) throw new InvalidError('object')
  if (Object.keys(value).sort().join() !== KEYS) throw new InvalidError('members')
  const { keyId, epoch, enc, wrapped } = value as Record<string, unknown>
  assertName(keyId, epoch)
  assertEncoded(enc, ENC_SIZE_BYTES, 'enc')
  assertEncoded(wrapped, WRAPPED_SIZE_BYTES, 'wrapped')
  return {
    keyId: keyId as string,
    epoch: epoch as number,
    enc: enc as string,
    wrapped: wrapped as string,
  }
}

function assertName(keyId: unknown, epoch: unknown): void {
  if (typeof keyId !== 'string' || keyId === '' || keyId.length > KEY_ID_LENGTH) {
    throw new InvalidError('keyId')
  }
  if (!keyId.isWellFormed()) throw new InvalidError('keyId')
  if (!Number.isSafeInteger(epoch) || (epoch as number) < 0) throw new InvalidError('epoch')
}

function assertEncoded(text: unknown, sizeBytes: number, name: string): void {
  const length = Math.ceil((sizeBytes * 4) / 3)
  if (typeof text !== 'string' || text.length !== length) throw new InvalidError(name)
  try {
    fromBase64url(text)
  } catch {
    throw new InvalidError(name)
  }
}

function infoOf(context: Uint8Array): Uint8Array<ArrayBuffer> {
  return toBuffer(lengthPrefixed([fromUtf8('ambrosia/envelope/1'), context]))
}

function associatedData(keyId: string, epoch: number): Uint8Array<ArrayBuffer> {
  return toBuffer(concat(lengthPrefixed([fromUtf8(keyId)]), fromUint(epoch, 8)))
}

function toBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

export class InvalidError extends AmbrosiaError {
  constructor(member: string) {
    super(
      'Envelope.Invalid',
      `the envelope's ${member} is not what RFC 9180 and this suite ask for`,
      {
        details: { member },
      },
    )
  }
}

export class InvalidKeyError extends AmbrosiaError {
  constructor() {
    super('Envelope.InvalidKey', 'this is not a usable X25519 key of 32 bytes', {
      hint: 'Look up the keyAgreement key of the recipient again.',
    })
  }
}

export class RefusedError extends AmbrosiaError {
  constructor() {
    super('Envelope.Refused', 'the envelope does not open with this key in this context', {
      hint: 'Check that the envelope names your key and epoch and belongs to this deal.',
    })
  }
}
