import { BPS } from '@ambrosia/primitives/Units'
import * as Certificate from '../Certificate.ts'
import { priceOf } from '../Deal.ts'
import { dealBookDomain } from '../messages/Message.ts'
import type { Certifier, SettlementCode, SettlementContext } from './context.ts'

/**
 * What each certifying oracle gets, and what is left for the provider; money in the token's
 * smallest unit.
 */
export type Split = { shares: bigint[]; net: bigint }

/**
 * An equal part of the price for each certifying oracle, times the lower of its rate and the deal's
 * cap. Mirrors `_refuseQuorum`.
 */
function split(context: SettlementContext, certifiers: readonly Certifier[]): Split {
  const { terms, settlement } = context
  const price = priceOf(terms, settlement.certificate.score) ?? 0n
  const shares = certifiers.map(({ commissionBps }) => {
    const rate = BigInt(Math.min(commissionBps, terms.commissionCapBps))
    return (price * rate) / (BPS * BigInt(certifiers.length))
  })
  const taken = shares.reduce((sum, share) => sum + share, settlement.relayerFee)
  return { shares, net: price - taken }
}

/**
 * Whether enough active oracles of the deal signed, and the provider gets their minimum. Mirrors
 * `QuorumCertificateVerifier.verify`.
 */
export async function checkQuorum(context: SettlementContext): Promise<SettlementCode | undefined> {
  const { terms, settlement } = context
  const domain = dealBookDomain(context.chainId, context.dealBook)
  if (settlement.oracleSignatures.length < terms.quorum) return 'CertificateQuorumMissing'
  const certifiers: Certifier[] = []
  const ordered = [...settlement.oracleSignatures].sort((one, other) => one.index - other.index)
  for (const { index, signature } of ordered) {
    const certifier = context.certifiers[index]
    if (!certifier) return 'CertificateOracleUnlisted'
    if (certifier.signer === undefined) return 'CertificateOracleInactive'
    if (!(await Certificate.verify(settlement.certificate, domain, certifier.signer, signature))) {
      return 'CertificateSignatureInvalid'
    }
    certifiers.push(certifier)
  }
  return split(context, certifiers).net < settlement.consent.minimumNet
    ? 'ConsentNetBelowMinimum'
    : undefined
}
