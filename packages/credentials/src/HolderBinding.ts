import { type HolderKey, signHolder, verifyHolder } from './Keys.ts'

/**
 * Binds a presentation to its holder. The baseline of bbs-2023 has no holder binding: whoever has
 * the base credential can present it. So the credential names a holder key, and that key signs the
 * header of the presentation, which in turn binds the deal, the audience and the time.
 */

/** Signs a presentation header of 32 bytes. @throws Keys.InvalidDigest */
export function sign(key: HolderKey, header: Uint8Array): Uint8Array {
  return signHolder(key, header)
}

/** True when the holder that the credential names signed this header. Never throws. */
export function verify(options: {
  /** `holder` of the verified credential, a did:key. */
  holder: string
  header: Uint8Array
  signature: Uint8Array
}): boolean {
  return verifyHolder(options.holder, options.header, options.signature)
}
