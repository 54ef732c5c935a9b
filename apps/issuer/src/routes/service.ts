import type { Server } from '@ambrosia/service/Server'

/** A signed creation of the issuer's DID, for whoever relays it. */
export type SignedCreation = {
  firstController: string
  salt: string
  document: unknown
  deadline: string
  signature: string
}

/** Who this issuer is, and the message that puts its DID on chain. */
export function addServiceRoute(
  app: Server,
  options: { did: string; statusPeriodSec: number; signCreation: () => Promise<SignedCreation> },
): void {
  app.get('/v1/service', { schema: { summary: 'Who this issuer is' } }, async () => ({
    service: 'issuer',
    did: options.did,
    statusPeriodSec: options.statusPeriodSec,
    creation: await options.signCreation(),
  }))
}
