import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as ContentAddress from './ContentAddress.ts'
import * as Envelope from './Envelope.ts'
import { assertPaddedSize } from './Padding.ts'
import { sealedSize } from './Seal.ts'

/** What stands behind a sealed payload (docs/protocol/exchange.md, section 6). */
export type Manifest = {
  version: 1
  /** How the payload is sealed and its key wrapped. */
  suite: typeof SUITE
  /** Address of the sealed payload. */
  contentAddress: ContentAddress.ContentAddress
  /** Size of the sealed payload as a store keeps it, bytes. */
  sizeBytes: number
  /** Size class of the payload, bytes. */
  paddedSizeBytes: number
  /** DataKey.commitment of the data key, 32 bytes as hex. */
  keyCommitment: Hex
  /** The data key wrapped to each recipient; no key id and epoch stands twice. */
  recipients: readonly Envelope.Envelope[]
}

/** HPKE with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM over seal version 1. */
export const SUITE = 'hpke-x25519-sha256-aes256gcm+ambseal-1'

/** Most recipients of one payload. */
export const RECIPIENT_COUNT = 64

const HASH = /^0x[0-9a-f]{64}$/
const KEYS = [
  'contentAddress',
  'keyCommitment',
  'paddedSizeBytes',
  'recipients',
  'sizeBytes',
  'suite',
  'version',
].join()

/** A manifest of the parts that differ from one payload to the next. @throws Manifest.Invalid */
export function create(parts: Omit<Manifest, 'version' | 'suite'>): Manifest {
  return parse({ version: 1, suite: SUITE, ...parts })
}

/** SHA-256 of the manifest's canonical JSON (RFC 8785). @throws Manifest.Invalid */
export function hash(manifest: Manifest): Hex {
  return toHex(sha256(CanonicalJson.encode(parse(manifest))))
}

/**
 * A manifest from untrusted JSON data or text; every member is checked and none may be added.
 * @throws Manifest.Invalid
 */
export function parse(input: unknown): Manifest {
  const value = typeof input === 'string' ? fromText(input) : input
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('')
  const object = value as Record<string, unknown>
  if (Object.keys(object).sort().join() !== KEYS) fail('members')
  if (object['version'] !== 1) fail('version')
  if (object['suite'] !== SUITE) fail('suite')
  const paddedSizeBytes = check('paddedSizeBytes', () =>
    assertPaddedSize(object['paddedSizeBytes'] as number),
  )
  if (object['sizeBytes'] !== sealedSize(paddedSizeBytes)) fail('sizeBytes')
  const { keyCommitment } = object
  if (typeof keyCommitment !== 'string' || !HASH.test(keyCommitment)) fail('keyCommitment')
  return {
    version: 1,
    suite: SUITE,
    contentAddress: check('contentAddress', () => ContentAddress.assert(object['contentAddress'])),
    sizeBytes: object['sizeBytes'] as number,
    paddedSizeBytes,
    keyCommitment: keyCommitment as Hex,
    recipients: recipientsOf(object['recipients']),
  }
}

/** The envelope for a key, or undefined where the manifest has none. */
export function recipientOf(
  manifest: Manifest,
  keyId: string,
  epoch: number,
): Envelope.Envelope | undefined {
  return manifest.recipients.find((one) => one.keyId === keyId && one.epoch === epoch)
}

function fromText(text: string): unknown {
  return check('', () => CanonicalJson.toPlain(CanonicalJson.parse(text)))
}

function recipientsOf(value: unknown): Envelope.Envelope[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > RECIPIENT_COUNT)
    fail('recipients')
  const recipients = (value as unknown[]).map((one, index) =>
    check(`recipients[${index}]`, () => Envelope.parse(one)),
  )
  const names = new Set(recipients.map((one) => CanonicalJson.stringify([one.keyId, one.epoch])))
  if (names.size !== recipients.length) fail('recipients')
  return recipients
}

function check<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new InvalidError(path, cause)
  }
}

function fail(path: string): never {
  throw new InvalidError(path)
}

export class InvalidError extends AmbrosiaError {
  constructor(path: string, cause?: unknown) {
    super(
      'Manifest.Invalid',
      `the manifest is not of version 1 at ${path === '' ? 'its top' : path}`,
      {
        details: { path },
        hint: 'Make the manifest with the same version of this software as the deal asks for.',
        cause,
      },
    )
  }
}
