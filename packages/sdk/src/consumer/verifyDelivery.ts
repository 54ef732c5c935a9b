import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import type { DIDDocument, Resolvable } from '@ambrosia/credentials/Resolver'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import * as Delivery from '@ambrosia/exchange/Delivery'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as Payload from '@ambrosia/exchange/Payload'
import { isSignedResource, type JsonProof } from '@ambrosia/exchange/RecordCredential'
import { classOf } from '@ambrosia/health/Sensitivity'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'

/** Everything that shows, beside the Bundle, that each resource is the one the issuer signed. */
export type DeliveryProof = {
  version: 1
  chainId: number
  dealBook: Address
  dealId: Hex
  recordId: Hex
  consumer: Address
  settledAt: string
  criteria: Criteria
  /** Salt, and path to the type root where there is one, of each entry of the Bundle in order. */
  resources: { salt: string; proof?: JsonProof }[]
  /** Presentation (b): a derived bbs-2023 credential. */
  presentation: Record<string, unknown>
  /** The issuer's DID document as the consumer resolved it, for checks without the chain. */
  issuerDocument: DIDDocument
}

export type VerifiedDelivery = {
  issuer: string
  resourceCount: number
  claims: Record<string, unknown>
  /** How the issuer's key was found: on chain now, or in the proof. */
  issuerKey: 'chain' | 'proof'
}

/**
 * Checks a delivered Bundle against its proof without trusting an oracle: the issuer's signature over the presentation, its binding to
 * this deal and consumer, and every resource's digest. Without a resolver the issuer's document in the proof is believed and the
 * result says so. @throws Delivery.Changed, Delivery.IssuerNotTrusted, Credential.*
 */
export async function verifyDelivery(options: {
  bundleText: string
  proof: DeliveryProof
  loader: Loader
  resolver?: Resolvable
}): Promise<VerifiedDelivery> {
  const { proof } = options
  const resources = toResources(options.bundleText, proof)
  const payloadRoot = Payload.root(resources)
  const delivery = { dealId: proof.dealId, consumer: proof.consumer, payloadRoot }
  const header = Delivery.hash(delivery, dealBookDomain(proof.chainId, proof.dealBook))
  const verified = await Credential.verifyBbs({
    derived: proof.presentation,
    resolver: options.resolver ?? resolverOf(proof.issuerDocument),
    loader: options.loader,
    expectedPresentationHeader: fromHex(header),
    nowMs: Date.parse(proof.settledAt),
  }).catch((error: unknown) => {
    // The header is made of the resources' digests: another one means that one of them was changed.
    if (hasCode(error, 'Credential.HeaderMismatch'))
      throw new ChangedError(firstChanged(resources, proof))
    throw error
  })
  if (!proof.criteria.issuers.includes(verified.issuer)) throw new IssuerNotTrustedError()
  resources.forEach((resource, index) => {
    if (!isSignedResource(verified.subject, resource.class, resource)) throw new ChangedError(index)
  })
  const { group, resourceDigest, typeRoot, ...claims } = verified.subject
  return {
    issuer: verified.issuer,
    resourceCount: resources.length,
    claims,
    issuerKey: options.resolver ? 'chain' : 'proof',
  }
}

type BundleResource = Payload.PayloadResource & { class: string }

/** The Bundle's resources as their canonical texts, each with the salt that the proof has for it. */
function toResources(bundleText: string, proof: DeliveryProof): BundleResource[] {
  const bundle = CanonicalJson.parse(bundleText) as { entry?: { resource?: CanonicalJson.Value }[] }
  const entries = Array.isArray(bundle?.entry) ? bundle.entry : []
  if (entries.length !== proof.resources.length || entries.length === 0)
    throw new ChangedError(entries.length)
  return entries.map((entry, index) => {
    const resource = entry?.resource as { resourceType?: CanonicalJson.Value } | undefined
    if (!resource || typeof resource.resourceType !== 'string') throw new ChangedError(index)
    const salted = proof.resources[index] as DeliveryProof['resources'][number]
    const value = resource as CanonicalJson.Value
    return {
      ...salted,
      class: classOf({ type: resource.resourceType, id: '', value }),
      text: CanonicalJson.stringify(value),
    }
  })
}

/** The first resource whose digest the presentation does not show, for the message; the presentation itself may be wrong too. */
function firstChanged(resources: readonly BundleResource[], proof: DeliveryProof): number {
  const subject = (proof.presentation['credentialSubject'] ?? {}) as Record<string, unknown>
  return Math.max(
    0,
    resources.findIndex((resource) => !isSignedResource(subject, resource.class, resource)),
  )
}

function resolverOf(document: DIDDocument): Resolvable {
  return {
    resolve: async (did) => ({
      didResolutionMetadata: did === document.id ? {} : { error: 'notFound' },
      didDocument: did === document.id ? document : null,
      didDocumentMetadata: {},
    }),
  }
}

export class ChangedError extends AmbrosiaError {
  constructor(index: number) {
    super('Delivery.Changed', `resource ${index} is not the one that the issuer signed`)
  }
}

export class IssuerNotTrustedError extends AmbrosiaError {
  constructor() {
    super('Delivery.IssuerNotTrusted', 'the issuer is not among those that the deal trusts')
  }
}
