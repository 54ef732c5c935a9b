import type { Pairings } from '@ambrosia/credentials/Bbs'
import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import type { Resolvable } from '@ambrosia/credentials/Resolver'
import { fromHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import { type Criteria, matchesClaims } from '../Criteria.ts'
import * as Delivery from '../Delivery.ts'
import type { Domain } from '../messages/Message.ts'
import * as Payload from '../Payload.ts'
import { isSignedResource } from '../RecordCredential.ts'

/** A delivered resource with its class, by which the root of its type is found. */
export type DeliveredResource = Payload.PayloadResource & { class: string }

/**
 * All that a consumer can check of a delivery: the issuer's signature over presentation (b), its
 * binding to deal, consumer and resources, a trusted issuer, the digest of every resource, and the
 * claims that the criteria ask for. An oracle certifies nothing that this refuses, so what is paid
 * for can be collected.
 * @throws Delivery.Changed, Delivery.IssuerNotTrusted, Delivery.ClaimsHidden, Credential.*,
 * Resolver.*
 */
export async function verifyDelivered(options: {
  resources: readonly DeliveredResource[]
  presentation: Record<string, unknown>
  criteria: Criteria
  delivery: Pick<Delivery.Delivery, 'dealId' | 'consumer'>
  domain: Domain
  resolver: Resolvable
  loader: Loader
  nowMs: number
  /** Where given, the signature's pairing is left to it, as in `Credential.verifyBbs`. */
  pairings?: Pairings | undefined
}): Promise<Credential.VerifiedCredential> {
  const { resources, criteria } = options
  const payloadRoot = Payload.root(resources)
  const header = Delivery.hash({ ...options.delivery, payloadRoot }, options.domain)
  const verified = await Credential.verifyBbs({
    derived: options.presentation,
    resolver: options.resolver,
    loader: options.loader,
    expectedPresentationHeader: fromHex(header),
    nowMs: options.nowMs,
    pairings: options.pairings,
  }).catch((error: unknown) => {
    // The header is made of the resources' digests: another one means that one of them was changed.
    if (hasCode(error, 'Credential.HeaderMismatch'))
      throw new ChangedError(firstChanged(resources, options.presentation))
    throw error
  })
  if (!criteria.issuers.includes(verified.issuer)) throw new IssuerNotTrustedError()
  resources.forEach((resource, index) => {
    if (!isSignedResource(verified.subject, resource.class, resource)) throw new ChangedError(index)
  })
  // The holder key signs for the oracles alone, since its name is the same for every buyer.
  const shown = { type: [...verified.types], subject: verified.subject }
  if (!matchesClaims(criteria, shown, true)) throw new ClaimsHiddenError()
  return verified
}

/**
 * The first resource whose digest the presentation does not show, for the message; the presentation
 * itself may be wrong too.
 */
function firstChanged(
  resources: readonly DeliveredResource[],
  presentation: Record<string, unknown>,
): number {
  const subject = (presentation['credentialSubject'] ?? {}) as Record<string, unknown>
  const isSigned = (resource: DeliveredResource): boolean => {
    try {
      return isSignedResource(subject, resource.class, resource)
    } catch {
      return false
    }
  }
  return Math.max(
    0,
    resources.findIndex((resource) => !isSigned(resource)),
  )
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

export class ClaimsHiddenError extends AmbrosiaError {
  constructor() {
    super(
      'Delivery.ClaimsHidden',
      'the presentation for the consumer does not show the claims that the deal asks for',
    )
  }
}
