// What a call of `settle` says of the oracles behind it: evidence, where one of them contradicts
// itself. Signatures are not checked here; the contract took the call, and judges check again.
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { type Address, decodeAbiParameters } from 'viem'
import * as Certificate from '../Certificate.ts'
import type { DealTerms } from '../Deal.ts'
import type { Domain } from '../messages/Message.ts'
import { expand, PACKED_SIZE, unpackCertificate } from '../PackedSettlement.ts'
import { type BatchPath, batchCertificates } from '../quorum/CertificateBatch.ts'
import { networkProofTypes } from '../quorum/NetworkProof.ts'
import type { SignedCertificate } from './SignedCertificate.ts'

/** What `settle` was called with. */
export type SettleCall = {
  dealId: Hex
  terms: DealTerms
  settlements: readonly Hex[]
  certification: Hex
}

/** One settlement of a call: its certificate, and what each oracle behind it signed of it. */
export type Certified = {
  certificate: Certificate.Certificate
  certificateHash: Hex
  signed: { oracle: Address; evidence: SignedCertificate }[]
}

const NOTHING: Hex = `0x${'00'.repeat(32)}`
const SIGNATURE_SIZE = 64
/** Epoch and set of signers before the signatures of a quorum's proof. */
const QUORUM_HEAD_SIZE = 40

/**
 * The certificates of a call of `settle`, with each oracle's signature and its path to what was
 * signed. Where the deal's verifier takes proofs of a form that is none of the project's two, no
 * signatures are found.
 * @param domain of the DealBook
 */
export function certifiedBy(call: SettleCall, domain: Domain): Certified[] {
  const { settlements, certification } = call
  const isBatch = certification !== '0x'
  const packed = settlements.map((one) => fromHex(one))
  const isRead = (one: Uint8Array): boolean =>
    isBatch ? one.length === PACKED_SIZE : one.length >= PACKED_SIZE + 2
  const certificates = packed.map((one) =>
    isRead(one) ? unpackCertificate(one, call.dealId, call.terms) : undefined,
  )
  const hashes = certificates.map((one) =>
    one === undefined ? NOTHING : Certificate.hash(one, domain),
  )
  const { paths } = batchCertificates(hashes)
  return certificates.flatMap((certificate, index) => {
    if (certificate === undefined) return []
    const proof = isBatch ? fromHex(certification) : packed[index]?.subarray(PACKED_SIZE)
    const settlement = isBatch ? [paths[index] as BatchPath] : []
    const signed = signaturesOf(proof as Uint8Array, call.terms.oracles).map(
      ({ oracle, ...rest }) => ({ oracle, evidence: { certificate, settlement, ...rest } }),
    )
    return [{ certificate, certificateHash: hashes[index] as Hex, signed }]
  })
}

type Signature = { oracle: Address } & Pick<SignedCertificate, 'signature' | 'epoch' | 'way'>

/** @param certification two bytes with the signers, then the proof */
function signaturesOf(certification: Uint8Array, oracles: readonly Address[]): Signature[] {
  const [high = 0, low = 0] = certification
  const signers = placesOf(BigInt((high << 8) | low))
  const proof = certification.subarray(2)
  const found =
    proof.length === SIGNATURE_SIZE * signers.length
      ? signers.map((_, next) => registered(proof, next))
      : ofNetwork(proof, signers.length)
  return signers.flatMap((place, next) => {
    const [oracle, signature] = [oracles[place], found[next]]
    return oracle === undefined || signature === undefined ? [] : [{ oracle, ...signature }]
  })
}

/** A signature of QuorumCertificateVerifier's proof. */
function registered(proof: Uint8Array, next: number): Omit<Signature, 'oracle'> {
  const signature = expand(proof.subarray(SIGNATURE_SIZE * next, SIGNATURE_SIZE * (next + 1)))
  return { signature, epoch: 0n, way: { turns: 0n, path: [] } }
}

/** Signatures of NetworkCertificateVerifier's proof over a packed quorum; of another, none. */
function ofNetwork(bytes: Uint8Array, count: number): Omit<Signature, 'oracle'>[] {
  const decoded = decodeNetworkProof(bytes)
  if (decoded === undefined) return []
  const quorum = fromHex(decoded.proof)
  const epoch = BigInt(toHex(quorum.subarray(0, 8)))
  const places = placesOf(BigInt(toHex(quorum.subarray(8, QUORUM_HEAD_SIZE))))
  if (quorum.length !== QUORUM_HEAD_SIZE + SIGNATURE_SIZE * places.length) return []
  const way = { turns: decoded.turns, path: decoded.path }
  return decoded.places.slice(0, count).flatMap((place) => {
    const start = QUORUM_HEAD_SIZE + SIGNATURE_SIZE * places.indexOf(place)
    if (start < QUORUM_HEAD_SIZE) return []
    return [{ signature: expand(quorum.subarray(start, start + SIGNATURE_SIZE)), epoch, way }]
  })
}

function decodeNetworkProof(bytes: Uint8Array) {
  try {
    const [decoded] = decodeAbiParameters(networkProofTypes, toHex(bytes))
    return fromHex(decoded.proof).length < QUORUM_HEAD_SIZE ? undefined : decoded
  } catch {
    return undefined
  }
}

/** Places of the bits of a set, ascending. */
function placesOf(bits: bigint): number[] {
  const places: number[] = []
  for (let place = 0; bits >> BigInt(place) !== 0n; place++) {
    if ((bits >> BigInt(place)) & 1n) places.push(place)
  }
  return places
}
