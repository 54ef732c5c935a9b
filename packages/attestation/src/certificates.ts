// X.509 as far as attestation needs it (RFC 5280): chains without names constraints or policies,
// ECDSA and RSA-PSS, revocation lists.
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { p256, p384 } from '@noble/curves/nist.js'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  type AlgorithmIdentifier,
  BasicConstraints,
  Certificate,
  CertificateList,
  id_ce_basicConstraints,
  type Name,
} from '@peculiar/asn1-x509'
import { RefusedError } from './Refusal.ts'

/** A certificate as read; nothing of it is believed yet. */
export type ParsedCertificate = {
  der: Uint8Array
  serial: Hex
  subject: Hex
  issuer: Hex
  notBeforeMs: number
  notAfterMs: number
  isCa: boolean
  /** Most certificates that may stand between this one and a leaf. */
  pathLength: number
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
  publicKeyCurve: string | undefined
  /** Values of its extensions by object identifier. */
  extensions: ReadonlyMap<string, Uint8Array>
  signed: Signed
}

type Signed = { bytes: Uint8Array; algorithm: AlgorithmIdentifier; signature: Uint8Array }

const ECDSA_HASHES: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
}
const CURVES: Readonly<Record<string, string>> = {
  '06082a8648ce3d030107': 'P-256',
  '06052b81040022': 'P-384',
}
const RSA_PSS = '1.2.840.113549.1.1.10'
/** The only RSA-PSS parameters taken, those of AMD: SHA-384, MGF1 with it, 48 bytes of salt. */
const PSS_SHA384 =
  '0x3039a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130a303020101'
/** The same with the trailer left to its default. */
const PSS_SHA384_SHORT =
  '0x3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130'

/** Reads a certificate. @throws Attestation.Malformed */
export function parseCertificate(der: Uint8Array): ParsedCertificate {
  const certificate = parse(der, Certificate, 'certificate')
  const {
    tbsCertificate: body,
    signatureAlgorithm,
    signatureValue,
    tbsCertificateRaw,
  } = certificate
  const isSame = body.signature.algorithm === signatureAlgorithm.algorithm
  if (!tbsCertificateRaw || !isSame) throw malformed('certificate')
  const extensions = new Map<string, Uint8Array>()
  for (const { extnID, extnValue } of body.extensions ?? []) {
    if (extensions.has(extnID)) throw malformed('certificate')
    extensions.set(extnID, new Uint8Array(extnValue.buffer))
  }
  const constraints = extensions.get(id_ce_basicConstraints)
  const basic = constraints && parse(constraints, BasicConstraints, 'certificate')
  const parameters = body.subjectPublicKeyInfo.algorithm.parameters
  return {
    der,
    serial: toHex(new Uint8Array(body.serialNumber)),
    subject: nameOf(body.subject),
    issuer: nameOf(body.issuer),
    notBeforeMs: body.validity.notBefore.getTime().getTime(),
    notAfterMs: body.validity.notAfter.getTime().getTime(),
    isCa: basic?.cA ?? false,
    pathLength: basic?.pathLenConstraint ?? Number.MAX_SAFE_INTEGER,
    publicKey: new Uint8Array(AsnConvert.serialize(body.subjectPublicKeyInfo)),
    publicKeyCurve: parameters ? CURVES[toHex(new Uint8Array(parameters)).slice(2)] : undefined,
    extensions,
    signed: {
      bytes: new Uint8Array(tbsCertificateRaw),
      algorithm: signatureAlgorithm,
      signature: new Uint8Array(signatureValue),
    },
  }
}

/**
 * That every certificate was signed by the next and was valid at a time, and that the last is a
 * root that counts.
 * @param chain from the leaf, which is not an authority, to the root
 * @param revoked serial numbers by the subject of who revoked them
 */
export async function assertChain(
  chain: readonly ParsedCertificate[],
  options: { atSec: number; isRoot: (root: ParsedCertificate) => boolean; crls?: readonly Crl[] },
): Promise<void> {
  const { atSec, isRoot, crls = [] } = options
  const root = chain.at(-1)
  if (chain.length < 2 || root === undefined || !isRoot(root)) {
    throw new RefusedError('ChainUntrusted', 'the chain does not end in a root that counts')
  }
  for (const [index, certificate] of chain.entries()) {
    if (certificate.notBeforeMs > atSec * 1000 || certificate.notAfterMs < atSec * 1000) {
      throw new RefusedError('Expired', `certificate ${index} of the chain is not valid now`)
    }
    const mustSign = index > 0
    if (certificate.isCa !== mustSign || (mustSign && certificate.pathLength < index - 1)) {
      throw new RefusedError('ChainUntrusted', `certificate ${index} may not stand there`)
    }
    const issuer = chain[index + 1] ?? certificate
    const isSigned =
      certificate.issuer === issuer.subject && (await isSignedBy(certificate.signed, issuer))
    if (!isSigned) {
      throw new RefusedError('ChainUntrusted', `certificate ${index} is not signed by the next`)
    }
    const isRevoked = crls.some(
      (crl) => crl.issuer === certificate.issuer && crl.serials.has(certificate.serial),
    )
    if (isRevoked) throw new RefusedError('Revoked', `certificate ${index} was revoked`)
  }
}

/** Whether a certificate's SHA-256 is one of those named. */
export function hasFingerprint(certificate: ParsedCertificate, wanted: readonly Hex[]): boolean {
  const fingerprint = sha256(certificate.der)
  return wanted.some((hex) => hex.toLowerCase() === toHex(fingerprint))
}

/** A revocation list that its issuer signed. */
export type Crl = { issuer: Hex; serials: ReadonlySet<Hex> }

/** Reads a revocation list and checks issuer, signature and dates. */
export async function parseCrl(
  der: Uint8Array,
  issuers: readonly ParsedCertificate[],
  atSec: number,
): Promise<Crl> {
  const list = parse(der, CertificateList, 'revocation list')
  const { tbsCertList: body, signatureAlgorithm, signature, tbsCertListRaw } = list
  const name = nameOf(body.issuer)
  const issuer = issuers.find(({ subject, isCa }) => isCa && subject === name)
  if (!issuer || !tbsCertListRaw) {
    throw new RefusedError('ChainUntrusted', 'a revocation list has an issuer that is not known')
  }
  const signed = {
    bytes: new Uint8Array(tbsCertListRaw),
    algorithm: signatureAlgorithm,
    signature: new Uint8Array(signature),
  }
  if (!(await isSignedBy(signed, issuer))) {
    throw new RefusedError('ChainUntrusted', 'a revocation list is not signed by its issuer')
  }
  const next = body.nextUpdate?.getTime().getTime() ?? 0
  if (body.thisUpdate.getTime().getTime() > atSec * 1000 || next < atSec * 1000) {
    throw new RefusedError('CollateralExpired', 'a revocation list is not valid now')
  }
  const serials = (body.revokedCertificates ?? []).map(({ userCertificate }) =>
    toHex(new Uint8Array(userCertificate)),
  )
  return { issuer: name, serials: new Set(serials) }
}

/** The DER of every certificate in a text of PEM blocks. @throws Attestation.Malformed */
export function fromPem(text: string): Uint8Array[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => {
    try {
      const binary = atob(block.replace(/-----[A-Z ]+-----|\s/g, ''))
      return Uint8Array.from(binary, (char) => char.charCodeAt(0))
    } catch (cause) {
      throw new RefusedError('Malformed', 'a certificate in PEM cannot be read', cause)
    }
  })
}

/**
 * Whether the holder of a P-384 key made a raw signature (r, s) over bytes by ECDSA with SHA-384.
 */
export async function isSignedByP384(
  certificate: ParsedCertificate,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  if (certificate.publicKeyCurve !== 'P-384' || signature.length !== 96) return false
  return await verifyEcdsa(certificate, 'SHA-384', signature, bytes)
}

async function isSignedBy(signed: Signed, issuer: ParsedCertificate): Promise<boolean> {
  const { algorithm, parameters } = signed.algorithm
  const hash = ECDSA_HASHES[algorithm]
  if (hash !== undefined) {
    const raw = rawSignature(signed.signature, issuer.publicKeyCurve)
    return raw !== undefined && (await verifyEcdsa(issuer, hash, raw, signed.bytes))
  }
  const encoded = toHex(new Uint8Array(parameters ?? new ArrayBuffer()))
  if (algorithm !== RSA_PSS || (encoded !== PSS_SHA384 && encoded !== PSS_SHA384_SHORT))
    return false
  return await verifyWith(
    issuer,
    { name: 'RSA-PSS', hash: 'SHA-384' },
    { name: 'RSA-PSS', saltLength: 48 },
    signed.signature,
    signed.bytes,
  )
}

async function verifyEcdsa(
  certificate: ParsedCertificate,
  hash: string,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  const namedCurve = certificate.publicKeyCurve
  if (namedCurve === undefined) return false
  const key = { name: 'ECDSA', namedCurve }
  return await verifyWith(certificate, key, { name: 'ECDSA', hash }, signature, bytes)
}

async function verifyWith(
  certificate: ParsedCertificate,
  key: EcKeyImportParams | RsaHashedImportParams,
  algorithm: EcdsaParams | RsaPssParams,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  try {
    const spki = certificate.publicKey.slice()
    const publicKey = await crypto.subtle.importKey('spki', spki, key, false, ['verify'])
    return await crypto.subtle.verify(algorithm, publicKey, signature.slice(), bytes.slice())
  } catch {
    return false // a key or signature that the platform cannot even read
  }
}

function rawSignature(der: Uint8Array, curve: string | undefined): Uint8Array | undefined {
  const { Signature } = curve === 'P-384' ? p384 : p256
  try {
    return Signature.fromBytes(der, 'der').toBytes('compact')
  } catch {
    return undefined
  }
}

function parse<T>(der: Uint8Array, type: new () => T, what: string): T {
  try {
    return AsnConvert.parse(der.slice(), type)
  } catch (cause) {
    throw new RefusedError('Malformed', `a ${what} cannot be read`, cause)
  }
}

function nameOf(name: Name): Hex {
  return toHex(new Uint8Array(AsnConvert.serialize(name)))
}

function malformed(what: string): RefusedError {
  return new RefusedError('Malformed', `a ${what} cannot be read`)
}
