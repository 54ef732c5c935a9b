import type { SignedRelease } from '@ambrosia/api/store/StoreClient'
import type { NodeKeys } from '@ambrosia/attestation/NodeKeys'
import type { AllowedMeasurement } from '@ambrosia/attestation/Policy'
import type { DIDResolutionResult } from '@ambrosia/credentials/Resolver'
import type * as Certificate from '@ambrosia/exchange/Certificate'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import type { DealStatus, OracleDeal } from '@ambrosia/exchange/certify/Deals'
import type * as Quality from '@ambrosia/health/Quality'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Envelope } from '@ambrosia/sealing/Envelope'
import type { Manifest } from '@ambrosia/sealing/Manifest'
import type { Address } from 'viem'
import type { OracleChain } from '../chain.ts'
import type { EpochOffer, EpochPlan, SignedDealing } from './EpochPlan.ts'

/** What everybody may know of an enclave. */
export type EnclaveDescription = {
  signer: Address
  /** The signer's word, for the registry, that it is this operator's. */
  possession: Hex
  publicKey: Uint8Array
  /** Names the encryption key in manifests. */
  keyId: string
  epoch: number
  /** Program that runs, as evidence names it. */
  measurement: Hex
  validatorHash: Hex
  /** Who vouches for it: `software` vouches for nothing. */
  attestation: 'software' | 'sgx'
}

export type SignedVerdict = {
  certificate: Certificate.Certificate
  quality: Quality.Score
  certificateHash: Hex
  signature: Hex
}

export type ReleaseRequest = {
  recordId: Hex
  dealId: Hex
  provider: Address
  consumer: Address
  criteria: Criteria
  manifest: Manifest
  /** Time at which the consumer's key counts, seconds. */
  keyAtSec: bigint
  blockNumber: bigint
}

/** Keys with the evidence for them, as `OracleApplied` carries both. */
export type Application = { keys: NodeKeys; evidence: Uint8Array }

/** An application with the signing key's signature over the digest of its keys. */
export type OwnApplication = Application & { possession: Hex }

/** Another oracle with its registered key. */
export type Peer = { operator: Address; publicKey: Uint8Array; keyId: string; epoch: number }

/**
 * All that an enclave does, and so all that its host can have it do. Keys never leave it: what does
 * is signed or wrapped. What the host says about the chain is the host's word; see
 * docs/guides/enclave.md.
 */
export type Enclave = {
  describe(): Promise<EnclaveDescription>
  /** Opens, judges and certifies one submission. @throws as `certify` */
  certify(body: unknown): Promise<SignedVerdict>
  /** Wraps the data key of a record to its consumer. @throws Release.*, Envelope.* */
  release(request: ReleaseRequest): Promise<SignedRelease>

  /**
   * The first form of the network: one secret, given to whoever the registry lists.
   * @throws Enclave.WrongMode in a network with admission
   */
  hasTagSecret(): Promise<boolean>
  createTagSecret(): Promise<void>
  wrapTagSecret(peer: Peer): Promise<Envelope>
  openTagSecret(envelope: Envelope): Promise<void>

  /** Keys for an application, and evidence for them. @param nonce hash of a recent block */
  apply(nonce: Hex, expiresAtSec: bigint): Promise<OwnApplication>
  /** Verifies a newcomer's evidence and votes. @throws Attestation.* */
  vote(application: Application): Promise<Hex>
  /**
   * This oracle's part of the next epoch's secret, dealt to the members.
   * @throws Attestation.*, Epoch.*
   */
  deal(plan: EpochPlan): Promise<SignedDealing>
  /**
   * Checks dealings, keeps this oracle's share of their sum, and votes for the epoch.
   * @throws Epoch.*, Threshold.*
   */
  accept(
    plan: EpochPlan,
    dealings: readonly SignedDealing[],
    expiresAtSec: bigint,
  ): Promise<EpochOffer>
  /**
   * This oracle's share of an epoch's secret for another member of it.
   * @throws Epoch.NotMember, Epoch.Unknown
   */
  wrapShare(epoch: bigint, tagCommitment: Hex, asker: Address): Promise<Envelope>
  /** Puts the secret of an epoch together, in memory. @throws Epoch.*, Envelope.*, Threshold.* */
  openShares(epoch: bigint, tagCommitment: Hex, shares: readonly WrappedShare[]): Promise<void>
  /**
   * Signs the root over certificates that this enclave signed each, under the present epoch.
   * @throws Certificate.Foreign
   */
  signBatch(signed: readonly SignedCertificate[]): Promise<BatchSignature>
  /**
   * Signs the root over certificates that this enclave signed each, for one settlement.
   * @throws Certificate.Foreign
   */
  certifyBatch(signed: readonly SignedCertificate[]): Promise<RootSignature>
  /** Commitments of the epochs whose secret is at hand. */
  openEpochs(): Promise<Hex[]>
}

/** A certificate with the signature of the enclave that made it. */
export type SignedCertificate = { certificate: Certificate.Certificate; signature: Hex }
export type RootSignature = { root: Hex; signature: Hex }
export type BatchSignature = { epoch: bigint; signature: Hex }

export type WrappedShare = { from: Address; envelope: Envelope }

export const ENCLAVE_NAMES = [
  'describe',
  'certify',
  'release',
  'hasTagSecret',
  'createTagSecret',
  'wrapTagSecret',
  'openTagSecret',
  'apply',
  'vote',
  'deal',
  'accept',
  'wrapShare',
  'openShares',
  'signBatch',
  'certifyBatch',
  'openEpochs',
] as const satisfies readonly (keyof Enclave)[]

/** A status list as its issuer published it. */
export type PublishedList = { issuer: string; url: string; bytes: Uint8Array }

/**
 * All that an enclave asks of its host: keeping what is sealed, reading the chain and the store.
 */
export type Outside = {
  /** Keeps the enclave's sealed secrets, whole, for its next start. */
  keep(sealed: string): Promise<void>
  findDeal(dealId: Hex): Promise<OracleDeal | undefined>
  /** Epoch of the tag secret that a deal uses; undefined in a network without epochs. */
  epochOfDeal(dealId: Hex): Promise<{ epoch: bigint; tagCommitment: Hex } | undefined>
  /** The present epoch. */
  currentEpoch(): Promise<bigint>
  dealStatus(dealId: Hex): Promise<DealStatus>
  personCount(dealId: Hex, personTag: Hex): Promise<number>
  isRecordSettled(dealId: Hex, recordTag: Hex): Promise<boolean>
  resolveDid(did: string): Promise<DIDResolutionResult>
  didVersions: OracleChain['didVersions']
  /** The lists of these issuers at the epoch of a time, seconds. @throws Status.NotAvailable */
  statusLists(
    issuers: readonly string[],
    asOfSec: bigint,
  ): Promise<{ epochSec: number; lists: PublishedList[] }>
  /** Begins to read a sealed record; its pieces come one by one, undefined after the last. */
  openSealed(store: Address, contentAddress: string, sizeBytes: number): Promise<number>
  readSealed(reading: number): Promise<Uint8Array | undefined>
  /** A program that the chain allows, or undefined. */
  measurementOf(measurement: Hex): Promise<AllowedMeasurement | undefined>
}

export const OUTSIDE_NAMES = [
  'keep',
  'findDeal',
  'epochOfDeal',
  'currentEpoch',
  'dealStatus',
  'personCount',
  'isRecordSettled',
  'resolveDid',
  'didVersions',
  'statusLists',
  'openSealed',
  'readSealed',
  'measurementOf',
] as const satisfies readonly (keyof Outside)[]

/** What an enclave is started with. */
export type EnclaveSettings = {
  mode: 'development' | 'production'
  chainId: number
  dealBook: Address
  oracleRegistry: Address
  operator: Address
  /**
   * The contracts of a network with admission; without them the enclave knows the first form alone.
   */
  network:
    | { oracleAdmission: Address; oracleEpochs: Address; packedQuorumVerifier: Address }
    | undefined
}
