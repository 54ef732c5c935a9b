import { equal } from '@ambrosia/primitives/Bytes'
import { createSignCryptosuite } from '@digitalbazaar/bbs-2023-cryptosuite'
import { DataIntegrityProof, type Signer } from '@digitalbazaar/data-integrity'
import { cryptosuite as eddsaRdfc2022 } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import * as vc from '@digitalbazaar/vc'
import { ed25519 } from '@noble/curves/ed25519.js'
import { base58 } from '@scure/base'
import * as Bbs from './Bbs.ts'
import type { Loader } from './Contexts.ts'
import { assertNoBlankLabels } from './credential/assertNoBlankLabels.ts'
import { assertNoLists } from './credential/assertNoLists.ts'
import { assertRecordShape } from './credential/assertRecordShape.ts'
import { BBS_ALGORITHM, createBbsSuite } from './credential/bbsSuite.ts'
import { decodeDerivedProof } from './credential/derivedProof.ts'
import { readStatements, type Statements } from './credential/disclosure.ts'
import { HeaderMismatchError, MalformedError, ProofInvalidError } from './credential/errors.ts'
import { withSingleProof } from './credential/proofs.ts'
import { runWithLoader } from './credential/runWithLoader.ts'
import { type VerifiedDocument, verifyDocument } from './credential/verifyDocument.ts'
import { assertCredential, issuerOf, type JsonObject, listAt, timeAt } from './DataModel.ts'
import type { Resolvable } from './Resolver.ts'

/**
 * Verifiable credentials (W3C VCDM 2.0) with two cryptosuites: bbs-2023, of which a holder shows
 * parts that cannot be linked, and eddsa-rdfc-2022 for what is public. No context is fetched, and
 * every key is read from the issuer's DID document. Errors have the codes of
 * `credential/errors.ts`, `DataModel.Malformed` and `Contexts.Unknown`.
 */
export type { Disclosure, Statements } from './credential/disclosure.ts'
export * from './credential/errors.ts'

/**
 * A BLS12-381 G2 key that signs credentials. `id` is the URL of its verification method in the
 * issuer's DID document.
 */
export type BbsIssuerKey = { id: string; secretKey: Uint8Array; publicKey: Uint8Array }

/** The same of an Ed25519 key. */
export type EddsaIssuerKey = BbsIssuerKey

/**
 * A claim of a verified credential: a text, a whole number, or a set of texts in the order of their
 * code units.
 */
export type ClaimValue = string | number | readonly string[]

/** What a verified credential says. Nothing else of the JSON that carried it is signed. */
export type VerifiedCredential = {
  issuer: string
  verificationMethod: string
  types: readonly string[]
  validFromMs: number
  validUntilMs: number
  /** Claims and terms shown, by name. */
  subject: Readonly<Record<string, ClaimValue>>
  /**
   * The status entry when it was shown. Whoever relies on the credential checks it with
   * StatusList.checkStatus.
   */
  statusEntry: Readonly<Record<string, string>> | undefined
}

export type IssueBbsOptions = {
  credential: JsonObject
  key: BbsIssuerKey
  /** JSON pointers of what every presentation shows, such as `/validUntil`. */
  mandatoryPointers: readonly string[]
  loader: Loader
}

/**
 * Signs a credential with bbs-2023. The result is for its holder alone: whoever has it can present
 * it.
 */
export async function issueBbs(options: IssueBbsOptions): Promise<JsonObject> {
  const { credential, key } = options
  assertIssuable(credential, key)
  assertNoBlankLabels(credential)
  if (isRecord(credential)) assertRecordShape(credential)
  else await assertNoLists(credential, options.loader)
  await Bbs.ready()
  const multisign: Signer['multisign'] = async ({ header, messages }) =>
    Bbs.sign({
      ciphersuite: 'BLS12-381-SHA-256',
      secretKey: key.secretKey,
      publicKey: key.publicKey,
      header,
      messages,
    })
  const signer: Signer = {
    id: key.id,
    algorithm: BBS_ALGORITHM,
    publicKey: key.publicKey,
    multisign: multisign as NonNullable<Signer['multisign']>,
    sign: async () => {
      throw new ProofInvalidError('bbs-2023 signs lists of messages only')
    },
  }
  const cryptosuite = createSignCryptosuite({ mandatoryPointers: [...options.mandatoryPointers] })
  return issue(credential, new DataIntegrityProof({ signer, cryptosuite }), options.loader)
}

export type DeriveBbsOptions = {
  signed: JsonObject
  /** JSON pointers of what this presentation shows beside what is mandatory. */
  selectivePointers: readonly string[]
  /**
   * What the presentation is made for, such as the digest of a message; verifiers name the same.
   */
  presentationHeader: Uint8Array
  loader: Loader
}

/**
 * Makes a presentation that shows the selected parts.
 * @throws Credential.ProofInvalid when the base proof is malformed or a pointer leads nowhere
 */
export async function deriveBbs(options: DeriveBbsOptions): Promise<JsonObject> {
  const statements = await openBbs(options)
  const disclosure = await statements.disclose(options.selectivePointers)
  return disclosure.present(options.presentationHeader)
}

/**
 * Reads a signed credential, from which several presentations are to be made: its statements and
 * half of a BBS proof are then worked out once for all of them.
 * @throws Credential.ProofInvalid when the base proof is malformed, and from `disclose` when a
 * pointer leads nowhere
 */
export async function openBbs({
  signed,
  loader,
}: {
  signed: JsonObject
  loader: Loader
}): Promise<Statements> {
  await Bbs.ready()
  const { proof, ...document } = withSingleProof(signed)
  assertBaseProof(proof)
  const statements = await runWithLoader(loader, (documentLoader) =>
    readStatements({ document, proof, documentLoader }),
  )
  return { disclose: (pointers) => runWithLoader(loader, () => statements.disclose(pointers)) }
}

function assertBaseProof(proof: unknown): asserts proof is JsonObject {
  const members = Object(proof) as JsonObject
  const isBbs = members['type'] === 'DataIntegrityProof' && members['cryptosuite'] === 'bbs-2023'
  if (!isBbs || members['proofPurpose'] !== 'assertionMethod')
    throw new ProofInvalidError('there is not exactly one base proof to derive from')
}

export type VerifyOptions = {
  resolver: Resolvable
  loader: Loader
  /** The time at which the credential must be valid, milliseconds. */
  nowMs: number
}

export type VerifyBbsOptions = VerifyOptions & {
  /** Without it any presentation ever made would verify again. */
  expectedPresentationHeader: Uint8Array
  /**
   * Where given, it is told one pairing, which the caller has still to check: what is verified
   * counts only where `faulty` does not name it.
   */
  pairings?: Bbs.Pairings | undefined
}

/** Verifies a presentation of a health record credential, made for exactly this header. */
export async function verifyBbs(
  options: VerifyBbsOptions & { derived: unknown },
): Promise<VerifiedCredential> {
  assertCredential(options.derived)
  const document = withSingleProof(options.derived)
  assertRecordShape(document)
  const verified = await verifyDerived({ ...options, document })
  return toVerified(document, verified)
}

/** Verifies a derived credential of any type. */
export async function verifyDerived(
  options: VerifyBbsOptions & { document: JsonObject },
): Promise<VerifiedDocument> {
  const { expectedPresentationHeader } = options
  const document = withSingleProof(options.document)
  if (!(expectedPresentationHeader instanceof Uint8Array)) {
    throw new ProofInvalidError('no presentation header was expected; name the one it was made for')
  }
  assertNoBlankLabels(document)
  const proof = decodeDerivedProof((document['proof'] as JsonObject | undefined)?.['proofValue'])
  if (!equal(proof.presentationHeader, expectedPresentationHeader)) throw new HeaderMismatchError()
  await Bbs.ready()
  return verifyDocument({
    ...options,
    document,
    cryptosuite: 'bbs-2023',
    suite: createBbsSuite(expectedPresentationHeader, options.pairings),
    keyType: 'BLS12-381-G2',
  })
}

/**
 * Checks a base credential as its holder receives it: shows all of it to themselves and verifies
 * that.
 */
export async function verifyBbsBase(
  options: VerifyOptions & { signed: unknown },
): Promise<VerifiedCredential> {
  const { signed, ...rest } = options
  assertCredential(signed)
  assertRecordShape(signed)
  const presentationHeader = new Uint8Array(0)
  const document = await deriveBbs({
    signed,
    selectivePointers: [''],
    presentationHeader,
    loader: options.loader,
  })
  const verified = await verifyDerived({
    ...rest,
    document,
    expectedPresentationHeader: presentationHeader,
  })
  return toVerified(document, verified)
}

/** Signs a credential with eddsa-rdfc-2022: whole and linkable, for what is public. */
export async function issueEddsa(options: {
  credential: JsonObject
  key: EddsaIssuerKey
  /** Time of the proof, milliseconds; none is written when absent. */
  createdMs?: number | undefined
  loader: Loader
}): Promise<JsonObject> {
  const { credential, key } = options
  assertIssuable(credential, key)
  const signer: Signer = {
    id: key.id,
    algorithm: 'Ed25519',
    sign: async ({ data }) => ed25519.sign(data, key.secretKey),
  }
  const date = options.createdMs === undefined ? null : new Date(options.createdMs)
  const suite = new DataIntegrityProof({ signer, cryptosuite: eddsaRdfc2022, date })
  return issue(credential, suite, options.loader)
}

/** Verifies a credential of any type signed with eddsa-rdfc-2022. */
export async function verifyEddsa(
  options: VerifyOptions & { signed: unknown },
): Promise<VerifiedDocument & { document: JsonObject }> {
  const { signed: given, ...rest } = options
  assertCredential(given)
  const signed = withSingleProof(given)
  assertEddsaValue(signed)
  const verified = await verifyDocument({
    ...rest,
    document: signed,
    cryptosuite: 'eddsa-rdfc-2022',
    suite: eddsaRdfc2022,
    keyType: 'Ed25519',
  })
  return { ...verified, document: signed }
}

function assertIssuable(credential: JsonObject, key: { id: string }): void {
  assertCredential(credential)
  if (credential['proof'] !== undefined) throw new MalformedError('/proof', 'is there already')
  if (issuerOf(credential) !== key.id.split('#')[0]) {
    throw new MalformedError('/issuer', 'is not the DID of the signing key')
  }
}

async function issue(
  credential: JsonObject,
  suite: DataIntegrityProof,
  loader: Loader,
): Promise<JsonObject> {
  return runWithLoader(loader, (documentLoader) =>
    vc.issue({ credential: structuredClone(credential), suite, documentLoader }),
  )
}

function isRecord(credential: JsonObject): boolean {
  return listAt(credential, 'type').includes('HealthRecordCredential')
}

/**
 * 64 bytes in base58 behind a `z` (vc-di-eddsa, section 2.2.1); the suite takes other encodings
 * too.
 */
function assertEddsaValue(document: JsonObject): void {
  const value = (document['proof'] as JsonObject | undefined)?.['proofValue']
  if (typeof value !== 'string' || !/^z[1-9A-HJ-NP-Za-km-z]{64,90}$/.test(value)) {
    throw new ProofInvalidError('the proof value is malformed')
  }
  if (base58.decode(value.slice(1)).length !== 64) {
    throw new ProofInvalidError('the proof value is malformed')
  }
}

function toVerified(document: JsonObject, verified: VerifiedDocument): VerifiedCredential {
  const subject: Record<string, ClaimValue> = {}
  for (const [name, value] of Object.entries(document['credentialSubject'] as JsonObject)) {
    subject[name] = normalClaim(name, value as string | number | string[])
  }
  return {
    ...verified,
    types: document['type'] as string[],
    validFromMs: timeAt(document, 'validFrom') as number,
    validUntilMs: timeAt(document, 'validUntil') as number,
    subject,
    statusEntry: document['credentialStatus'] as Record<string, string> | undefined,
  }
}

const SETS = new Set(['group', 'resourceDigest', 'typeRoot'])

/**
 * The proof covers neither order nor the difference between a value and a list of it: one form
 * comes out.
 */
function normalClaim(name: string, value: string | number | string[]): ClaimValue {
  if (SETS.has(name)) return [...new Set([value].flat() as string[])].sort()
  if (!Array.isArray(value)) return value
  return value.length === 1 ? (value[0] as string) : [...value].sort()
}
