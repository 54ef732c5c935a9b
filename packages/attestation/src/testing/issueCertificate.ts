// Certificates of chains of our own, in the structure of the vendors': what their hardware would
// sign can be had in tests only so.
import { concat, fromHex, fromUint } from '@ambrosia/primitives/Bytes'
import { p256, p384 } from '@noble/curves/nist.js'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  CertificateList,
  Extension,
  Extensions,
  id_ce_basicConstraints,
  Name,
  RelativeDistinguishedName,
  RevokedCertificate,
  SubjectPublicKeyInfo,
  TBSCertificate,
  TBSCertList,
  Time,
  Validity,
} from '@peculiar/asn1-x509'

export type Algorithm = 'P-256' | 'P-384' | 'RSA-PSS'

/** A key pair and the certificate that names it. */
export type Authority = {
  name: string
  algorithm: Algorithm
  keys: CryptoKeyPair
  certificate: Uint8Array
}

export type Subject = {
  name: string
  algorithm: Algorithm
  isCa?: boolean
  fromSec: number
  untilSec: number
  serial?: number
  extensions?: readonly { oid: string; value: Uint8Array }[]
}

const COMMON_NAME = '2.5.4.3'
const PSS_SHA384 =
  '3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130'
const RSA_BITS = 2048 // AMD's have 4096; what is tested does not depend on it, and such keys take seconds to make

/** DER of a tag and its content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concat(...content)
  const size =
    body.length < 128
      ? fromUint(body.length, 1)
      : concat(Uint8Array.of(0x82), fromUint(body.length, 2))
  return concat(Uint8Array.of(tag), size, body)
}

/** A certificate signed by `issuer`, or by its own key. */
export async function issueCertificate(subject: Subject, issuer?: Authority): Promise<Authority> {
  const keys = await generateKeys(subject.algorithm)
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey))
  const algorithm = algorithmOf(issuer?.algorithm ?? subject.algorithm)
  const extensions = (subject.extensions ?? []).map(
    ({ oid, value }) => new Extension({ extnID: oid, extnValue: octets(value) }),
  )
  if (subject.isCa) {
    const value = AsnConvert.serialize(new BasicConstraints({ cA: true }))
    const extnValue = octets(new Uint8Array(value))
    extensions.push(new Extension({ extnID: id_ce_basicConstraints, critical: true, extnValue }))
  }
  const tbsCertificate = new TBSCertificate({
    version: 2,
    serialNumber: fromUint(subject.serial ?? 1, 1).slice().buffer,
    signature: algorithm,
    issuer: nameOf(issuer?.name ?? subject.name),
    validity: new Validity({
      notBefore: new Date(subject.fromSec * 1000),
      notAfter: new Date(subject.untilSec * 1000),
    }),
    subject: nameOf(subject.name),
    subjectPublicKeyInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
    ...(extensions.length > 0 ? { extensions: new Extensions(extensions) } : {}),
  })
  const signer = issuer ?? { keys, algorithm: subject.algorithm }
  const bytes = new Uint8Array(AsnConvert.serialize(tbsCertificate))
  const signatureValue = await signDer(signer, bytes)
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: signatureValue.slice().buffer,
  })
  const encoded = new Uint8Array(AsnConvert.serialize(certificate))
  return { name: subject.name, algorithm: subject.algorithm, keys, certificate: encoded }
}

/** A revocation list of an authority. */
export async function issueCrl(
  issuer: Authority,
  options: { fromSec: number; untilSec: number; serials?: readonly number[] },
): Promise<Uint8Array> {
  const thisUpdate = new Time(new Date(options.fromSec * 1000))
  const revoked = (options.serials ?? []).map(
    (serial) =>
      new RevokedCertificate({
        userCertificate: fromUint(serial, 1).slice().buffer,
        revocationDate: thisUpdate,
      }),
  )
  const signature = algorithmOf(issuer.algorithm)
  const tbsCertList = new TBSCertList({
    version: 1,
    signature,
    issuer: nameOf(issuer.name),
    thisUpdate,
    nextUpdate: new Time(new Date(options.untilSec * 1000)),
    ...(revoked.length > 0 ? { revokedCertificates: revoked } : {}),
  })
  const bytes = new Uint8Array(AsnConvert.serialize(tbsCertList))
  const list = new CertificateList({
    tbsCertList,
    signatureAlgorithm: signature,
    signature: (await signDer(issuer, bytes)).slice().buffer,
  })
  return new Uint8Array(AsnConvert.serialize(list))
}

/** Raw signature r, s (or RSA-PSS) with the hash that goes with the key. */
export async function signRaw(
  signer: Pick<Authority, 'keys' | 'algorithm'>,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const hash = signer.algorithm === 'P-256' ? 'SHA-256' : 'SHA-384'
  const algorithm =
    signer.algorithm === 'RSA-PSS' ? { name: 'RSA-PSS', saltLength: 48 } : { name: 'ECDSA', hash }
  return new Uint8Array(await crypto.subtle.sign(algorithm, signer.keys.privateKey, bytes.slice()))
}

export function pem(...certificates: readonly Uint8Array[]): string {
  return certificates
    .map((bytes) => {
      const lines = Buffer.from(bytes)
        .toString('base64')
        .match(/.{1,64}/g) as string[]
      return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
    })
    .join('')
}

async function signDer(
  signer: Pick<Authority, 'keys' | 'algorithm'>,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const raw = await signRaw(signer, bytes)
  if (signer.algorithm === 'RSA-PSS') return raw
  const { Signature } = signer.algorithm === 'P-256' ? p256 : p384
  return Signature.fromBytes(raw, 'compact').toBytes('der')
}

async function generateKeys(algorithm: Algorithm): Promise<CryptoKeyPair> {
  if (algorithm !== 'RSA-PSS') {
    const ec = { name: 'ECDSA', namedCurve: algorithm }
    return await crypto.subtle.generateKey(ec, true, ['sign', 'verify'])
  }
  const publicExponent = Uint8Array.of(1, 0, 1)
  const rsa = { name: 'RSA-PSS', hash: 'SHA-384', modulusLength: RSA_BITS, publicExponent }
  return await crypto.subtle.generateKey(rsa, true, ['sign', 'verify'])
}

function algorithmOf(algorithm: Algorithm): AlgorithmIdentifier {
  if (algorithm === 'P-256') return new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' })
  if (algorithm === 'P-384') return new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.3' })
  const parameters = fromHex(PSS_SHA384).slice().buffer
  return new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.10', parameters })
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName })
  const attribute = new AttributeTypeAndValue({ type: COMMON_NAME, value })
  return new Name([new RelativeDistinguishedName([attribute])])
}

function octets(value: Uint8Array): OctetString {
  return new OctetString(value.slice().buffer)
}
