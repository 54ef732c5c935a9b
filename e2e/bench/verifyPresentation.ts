import { resolveKey, withKey } from '@ambrosia/credentials/credential/resolveKey'
import type { CertifyContext } from '@ambrosia/exchange/certify/certify'
import { createVerifyCryptosuite } from '@digitalbazaar/bbs-2023-cryptosuite'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as vc from '@digitalbazaar/vc'

/** The bbs-2023 suite over the same document, with the key and the contexts in memory. */
export async function verifyPresentation(
  context: Pick<CertifyContext, 'resolver' | 'loader' | 'nowSec'>,
  document: Record<string, unknown>,
  expectedPresentationHeader: Uint8Array,
): Promise<() => Promise<void>> {
  const did = document['issuer'] as string
  const { verificationMethod } = document['proof'] as { verificationMethod: string }
  const resolved = await resolveKey({
    resolver: context.resolver,
    did,
    methodId: verificationMethod,
    purpose: 'assertionMethod',
    keyType: 'BLS12-381-G2',
  })
  const documentLoader = withKey(context.loader, resolved)
  const now = new Date(Number(context.nowSec()) * 1000)
  return async () => {
    const cryptosuite = createVerifyCryptosuite({ expectedPresentationHeader })
    const result = await vc.verifyCredential({
      credential: document,
      suite: new DataIntegrityProof({ cryptosuite }),
      documentLoader,
      checkStatus: async () => ({ verified: true }),
      now,
    })
    if (result.verified !== true) throw result.error ?? new Error('not verified')
  }
}
