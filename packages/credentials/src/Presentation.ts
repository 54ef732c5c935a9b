import { DataIntegrityProof, type Signer } from '@digitalbazaar/data-integrity'
import { cryptosuite as eddsaRdfc2022 } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { ed25519 } from '@noble/curves/ed25519.js'
import jsigs from 'jsonld-signatures'
import type { Loader } from './Contexts.ts'
import type { EddsaIssuerKey } from './Credential.ts'
import { MalformedError, ProofInvalidError } from './credential/errors.ts'
import { readProof } from './credential/proof.ts'
import { withSingleProof } from './credential/proofs.ts'
import { resolveKey, withKey } from './credential/resolveKey.ts'
import { runWithLoader } from './credential/runWithLoader.ts'
import {
  assertCredential,
  assertPresentation,
  issuerOf,
  type JsonObject,
  listAt,
} from './DataModel.ts'
import type { Resolvable } from './Resolver.ts'

/**
 * Verifiable presentations (W3C VCDM 2.0, section 4.13) signed with eddsa-rdfc-2022. What this
 * network sends to oracles and consumers are derived bbs-2023 credentials, which carry their own
 * header; these are for the VC-API.
 */

/** Signs a presentation for one challenge. */
export async function sign(options: {
  presentation: JsonObject
  key: EddsaIssuerKey
  challenge: string
  domain?: string | undefined
  loader: Loader
}): Promise<JsonObject> {
  const { presentation, key, challenge, domain } = options
  assertPresentation(presentation)
  const signer: Signer = {
    id: key.id,
    algorithm: 'Ed25519',
    sign: async ({ data }) => ed25519.sign(data, key.secretKey),
  }
  const suite = new DataIntegrityProof({ signer, cryptosuite: eddsaRdfc2022, date: null })
  const purpose = purposeOf(challenge, domain)
  return runWithLoader(options.loader, (documentLoader) =>
    jsigs.sign(structuredClone(presentation), { suite, purpose, documentLoader }),
  )
}

/**
 * Verifies the proof of a presentation and returns the credentials in it that have proofs of their
 * own, for the caller to verify. A credential without one is secured by the presentation alone: it
 * counts only as the holder's own statement, so its issuer must be the holder, and the holder the
 * signer.
 */
export async function verify(options: {
  presentation: unknown
  challenge: string
  domain?: string | undefined
  resolver: Resolvable
  loader: Loader
  nowMs: number
}): Promise<{ signer: string; credentials: JsonObject[] }> {
  const { challenge, domain, resolver, nowMs } = options
  assertPresentation(options.presentation)
  const presentation = withSingleProof(options.presentation)
  const purpose = 'authentication'
  const { methodId } = readProof(presentation, { cryptosuite: 'eddsa-rdfc-2022', purpose, nowMs })
  const signer = methodId.split('#')[0] as string
  const key = await resolveKey({ resolver, did: signer, methodId, purpose, keyType: 'Ed25519' })
  await runWithLoader(withKey(options.loader, key), async (documentLoader) => {
    const result = await jsigs.verify(presentation, {
      suite: new DataIntegrityProof({ cryptosuite: eddsaRdfc2022 }),
      purpose: purposeOf(challenge, domain),
      documentLoader,
    })
    if (result.verified !== true) throw result.error ?? new ProofInvalidError()
  })
  const all = listAt(presentation, 'verifiableCredential') as JsonObject[]
  all
    .filter((credential) => credential['proof'] === undefined)
    .forEach((credential, index) => {
      assertSelfAsserted(presentation, credential, signer, index)
    })
  return { signer, credentials: all.filter((credential) => credential['proof'] !== undefined) }
}

function assertSelfAsserted(
  presentation: JsonObject,
  credential: JsonObject,
  signer: string,
  index: number,
): void {
  const path = `/verifiableCredential/${index}`
  const holder = presentation['holder']
  const holderId = typeof holder === 'object' ? (holder as JsonObject)['id'] : holder
  assertCredential(credential)
  if (holderId !== signer || issuerOf(credential) !== holderId) {
    throw new MalformedError(path, 'has no proof and is not issued by the holder who signed')
  }
}

function purposeOf(challenge: string, domain: string | undefined) {
  return new jsigs.purposes.AuthenticationProofPurpose({
    challenge,
    ...(domain === undefined ? {} : { domain }),
  })
}
