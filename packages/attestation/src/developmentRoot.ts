import { fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
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

/** Written down, since every service loads this and making it takes a tenth of its start. */
const PUBLIC_KEY: Hex = '0x808f72ad20a30612cb4583128434807b492660a63385fc1545399d2c6ed49545'

/** A policy's part that takes evidence of development networks. */
export const SOFTWARE_POLICY: SoftwarePolicy = { roots: { [NAME]: PUBLIC_KEY } }
