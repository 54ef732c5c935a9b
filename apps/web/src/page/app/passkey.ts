/**
 * A passkey opens the wallet through WebAuthn's PRF extension: the authenticator computes a secret
 * from a salt, only for this site and only when its owner is there.
 */

type PrfOutput = { prf?: { enabled?: boolean; results?: { first?: BufferSource } } }

export const hasPasskeys = (): boolean => typeof PublicKeyCredential === 'function'

const bytes = (size: number): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(new Uint8Array(size))

/** Makes a passkey and the secret that it gives for a fresh salt. @throws Error when it can't */
export async function createPasskey() {
  const salt = bytes(32)
  const credential = (await navigator.credentials.create({
    publicKey: {
      rp: { name: 'Ambrosia' },
      user: { id: bytes(16), name: 'wallet', displayName: 'Ambrosia wallet' },
      challenge: bytes(32),
      pubKeyCredParams: [
        { type: 'public-key', alg: -7 },
        { type: 'public-key', alg: -257 },
      ],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      extensions: { prf: { eval: { first: salt } } },
    },
  })) as PublicKeyCredential
  const credentialId = new Uint8Array(credential.rawId)
  return { salt, credentialId, secret: await askPasskey(credentialId, salt) }
}

/** The secret of a passkey for a salt. */
export async function askPasskey(credentialId: Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
  const assertion = (await navigator.credentials.get({
    publicKey: {
      challenge: bytes(32),
      allowCredentials: [{ type: 'public-key', id: credentialId as Uint8Array<ArrayBuffer> }],
      userVerification: 'required',
      extensions: { prf: { eval: { first: salt as Uint8Array<ArrayBuffer> } } },
    },
  })) as PublicKeyCredential
  const { prf } = assertion.getClientExtensionResults() as PrfOutput
  const first = prf?.results?.first
  if (first === undefined) throw new Error('This passkey cannot open a wallet.')
  return ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength).slice()
    : new Uint8Array(first)
}
