import type { Issued } from '@ambrosia/api/issuer/IssuerClient'
import type { SignedPermission } from '@ambrosia/exchange/permission/SignedPermission'
import type { QuorumCertificate } from '@ambrosia/exchange/QuorumCertificate'
import type { SignedConsent } from '@ambrosia/exchange/Settlement'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import type { SealedForDeal } from '@ambrosia/sdk/provider/offerRecord'
import type { Address } from 'viem'
import type { Detail } from '../frame/Live.ts'

/** What the steps of the sale open to on the page. Nothing of a record and no key. */

export function issuedDetail(
  { record, claimCount, digestCount, report }: Issued,
  made: { seed: number; asOf: string } | undefined,
): Detail {
  const issuer = String(record.credential['issuer'])
  return {
    by: issuer,
    signed: [{ what: 'HealthRecordCredential (bbs-2023)', by: issuer }],
    facts: { claims: claimCount, digests: digestCount, removed: report?.removed ?? 0, ...made },
  }
}

export function dealDetail({ dealId, terms, criteria, agreement, budget }: OpenedDeal): Detail {
  return {
    by: terms.consumer,
    words: agreement.terms.map(({ text }) => text),
    signed: [
      { what: 'transaction createDealWithPermit', by: terms.consumer },
      {
        what: 'Permit (EIP-2612)',
        by: terms.consumer,
        message: { value: budget, spender: 'DealBook' },
      },
    ],
    facts: {
      deal: dealId,
      criteria: terms.criteriaHash,
      agreement: terms.agreementHash,
      predicates: criteria.predicates.map(({ expression }) => expression).join(' · '),
    },
  }
}

export function sealedDetail(
  { contentAddress, manifestHash }: SealedForDeal['offer'],
  recipients: SealedForDeal['recipients'],
): Detail {
  const oracles = recipients.map(({ operator }, index) => [`oracle ${index + 1}`, operator])
  return { facts: { contentAddress, manifestHash, ...Object.fromEntries(oracles) } }
}

export function certifiedDetail(
  { certificate, certificateHash, signatures }: QuorumCertificate,
  chainId: number,
  dealBook: Address,
): Detail {
  return {
    signed: signatures.map(({ oracle, signature }) => ({
      what: 'Certificate (EIP-712)',
      by: oracle,
      message: certificate,
      signature,
    })),
    facts: { certificateHash, chainId, dealBook },
  }
}

export function consentDetail(
  { consent, sentences }: { consent: SignedConsent; sentences: readonly string[] },
  provider: Address,
): Detail {
  return {
    by: provider,
    words: sentences,
    signed: [
      {
        what: 'Consent (EIP-712)',
        by: provider,
        message: consent.consent,
        signature: consent.signature,
      },
    ],
  }
}

export function permissionDetail({ permission, words, signature }: SignedPermission): Detail {
  return {
    by: permission.provider,
    words: words.sentences,
    signed: [
      {
        what: 'PermissionToCheck (EIP-712)',
        by: permission.provider,
        message: permission,
        signature,
      },
    ],
  }
}
