import type { Pairings } from '@ambrosia/credentials/Bbs'
import type { Loader } from '@ambrosia/credentials/Contexts'
import type { DIDDocument, Resolvable } from '@ambrosia/credentials/Resolver'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import {
  ChangedError,
  type DeliveredResource,
  verifyDelivered,
} from '@ambrosia/exchange/judge/verifyDelivered'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import type { JsonProof } from '@ambrosia/exchange/RecordCredential'
import { classOf } from '@ambrosia/health/Sensitivity'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
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
 * Checks a delivered Bundle against its proof without trusting an oracle: the issuer's signature
 * over the presentation, its binding to this deal and consumer, and every resource's digest.
 * Without a resolver the issuer's document in the proof is believed and the result says so.
 * @throws Delivery.Changed, Delivery.IssuerNotTrusted, Delivery.ClaimsHidden, Credential.*
 */
export async function verifyDelivery(options: {
  bundleText: string
  proof: DeliveryProof
  loader: Loader
  resolver?: Resolvable
  /** Where given, the signature's pairing is left to it, as in `Credential.verifyBbs`. */
  pairings?: Pairings | undefined
}): Promise<VerifiedDelivery> {
  const { proof } = options
  const resources = toResources(options.bundleText, proof)
  const verified = await verifyDelivered({
    resources,
    presentation: proof.presentation,
    criteria: proof.criteria,
    delivery: { dealId: proof.dealId, consumer: proof.consumer },
    domain: dealBookDomain(proof.chainId, proof.dealBook),
    resolver: options.resolver ?? resolverOf(proof.issuerDocument),
    loader: options.loader,
    nowMs: Date.parse(proof.settledAt),
    pairings: options.pairings,
  })
  const { group, resourceDigest, typeRoot, ...claims } = verified.subject
  return {
    issuer: verified.issuer,
    resourceCount: resources.length,
    claims,
    issuerKey: options.resolver ? 'chain' : 'proof',
  }
}

/**
 * The Bundle's resources as their canonical texts, each with the salt that the proof has for it.
 */
function toResources(bundleText: string, proof: DeliveryProof): DeliveredResource[] {
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

function resolverOf(document: DIDDocument): Resolvable {
  return {
    resolve: async (did) => ({
      didResolutionMetadata: did === document.id ? {} : { error: 'notFound' },
      didDocument: did === document.id ? document : null,
      didDocumentMetadata: {},
    }),
  }
}
