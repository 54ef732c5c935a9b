import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import { ed25519 } from '@noble/curves/ed25519.js'
import type { SoftwarePolicy } from './Policy.ts'

/**
 * The root of development networks. Its key is known to everybody, on purpose: with it any process
 * vouches for itself, which is all that software attestation can say. No policy of a production
 * network takes it.
 */
export const NAME = 'ambrosia-development'

export const SECRET_KEY: Uint8Array = sha256Tagged(
  'ambrosia/development-root/1',
  fromUtf8('public on purpose'),
)

const PUBLIC_KEY: Hex = toHex(ed25519.getPublicKey(SECRET_KEY))

/** A policy's part that takes evidence of development networks. */
export const SOFTWARE_POLICY: SoftwarePolicy = { roots: { [NAME]: PUBLIC_KEY } }
