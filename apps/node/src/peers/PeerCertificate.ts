import { webcrypto } from 'node:crypto'
import { concat, fromHex, fromUint, type Hex, toHex, toUint } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import { p256 } from '@noble/curves/nist.js'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Extension,
  Extensions,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
} from '@peculiar/asn1-x509'
import { type LocalAccount, recoverTypedDataAddress } from 'viem'

/** The network whose members meet: a certificate counts in no other. */
export type PeerDomain = { l1ChainId: number; committee: Hex }

/** A member's side of a connection. Its key lives as long as the process. */
export type PeerIdentity = {
  account: Hex
  /** PEM. */
  certificate: string
  /** PEM. */
  privateKey: string
}

/**
 * Under the arc of UUIDs (ITU-T X.667): an EIP-712 signature by the account that vouches for the
 * certificate's key.
 */
const EXTENSION = '2.25.190438724650148733017284913358071'
/** The library reads long arcs in a form of its own. */
const EXTENSION_READ = AsnConvert.parse(
  AsnConvert.serialize(extensionOf(new Uint8Array(0))),
  Extension,
).extnID
const ECDSA_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const TIME_BYTES = 8
const SIGNATURE_BYTES = 65
/** Clocks may differ by so much, seconds. */
const SKEW_SEC = 300

const TYPES = {
  PeerKey: [
    { name: 'publicKeyHash', type: 'bytes32' },
    { name: 'notAfter', type: 'uint64' },
  ],
} as const

/**
 * A key pair with a certificate that nobody's authority signs: what makes it count is an extension,
 * in which the member's account says that the key is its own until a time.
 */
export async function createIdentity(options: {
  account: LocalAccount
  domain: PeerDomain
  nowSec: number
  lifeSec: number
}): Promise<PeerIdentity> {
  const { account, domain, nowSec, lifeSec } = options
  const { subtle } = webcrypto
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const spki = new Uint8Array(await subtle.exportKey('spki', keys.publicKey))
  const notAfter = Math.floor(nowSec) + lifeSec
  const signature = await account.signTypedData(typedData(domain, spki, notAfter))
  const signatureAlgorithm = new AlgorithmIdentifier({ algorithm: ECDSA_SHA256 })
  const value = concat(fromUint(notAfter, TIME_BYTES), fromHex(signature))
  const name = nameOf(account.address)
  const tbsCertificate = new TBSCertificate({
    version: 2,
    serialNumber: Uint8Array.of(1).buffer,
    signature: signatureAlgorithm,
    issuer: name,
    subject: name,
    validity: new Validity({
      notBefore: new Date((nowSec - SKEW_SEC) * 1000),
      notAfter: new Date(notAfter * 1000),
    }),
    subjectPublicKeyInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
    extensions: new Extensions([extensionOf(value)]),
  })
  const body = AsnConvert.serialize(tbsCertificate)
  const hash = { name: 'ECDSA', hash: 'SHA-256' }
  const raw = new Uint8Array(await subtle.sign(hash, keys.privateKey, body))
  const signatureValue = bufferOf(p256.Signature.fromBytes(raw, 'compact').toBytes('der'))
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue })
  return {
    account: account.address.toLowerCase() as Hex,
    certificate: pem('CERTIFICATE', AsnConvert.serialize(certificate)),
    privateKey: pem('PRIVATE KEY', await subtle.exportKey('pkcs8', keys.privateKey)),
  }
}

/**
 * The account that vouches for a certificate's key, lower case; undefined where none does (any
 * more). TLS shows who has the key.
 */
export async function accountOf(
  der: Uint8Array,
  domain: PeerDomain,
  nowSec: number,
): Promise<Hex | undefined> {
  try {
    const { tbsCertificate } = AsnConvert.parse(der, Certificate)
    const { subjectPublicKeyInfo, extensions = [] } = tbsCertificate
    const found = [...extensions].find(({ extnID }) => extnID === EXTENSION_READ)
    if (found === undefined) return undefined
    const value = new Uint8Array(found.extnValue.buffer)
    if (value.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined
    const notAfter = Number(toUint(value.subarray(0, TIME_BYTES)))
    if (nowSec >= notAfter) return undefined
    const spki = new Uint8Array(AsnConvert.serialize(subjectPublicKeyInfo))
    const address = await recoverTypedDataAddress({
      ...typedData(domain, spki, notAfter),
      signature: toHex(value.subarray(TIME_BYTES)),
    })
    return address.toLowerCase() as Hex
  } catch {
    // Whoever connects may send anything.
    return undefined
  }
}

function typedData({ l1ChainId, committee }: PeerDomain, spki: Uint8Array, notAfter: number) {
  return {
    domain: { name: 'Committee', version: '1', chainId: l1ChainId, verifyingContract: committee },
    types: TYPES,
    primaryType: 'PeerKey',
    message: { publicKeyHash: toHex(keccak256(spki)), notAfter: BigInt(notAfter) },
  } as const
}

function extensionOf(value: Uint8Array): Extension {
  return new Extension({ extnID: EXTENSION, extnValue: new OctetString(bufferOf(value)) })
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName })
  const attribute = new AttributeTypeAndValue({ type: COMMON_NAME, value })
  return new Name([new RelativeDistinguishedName([attribute])])
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer
}

function pem(label: string, der: ArrayBuffer): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g) as string[]
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
