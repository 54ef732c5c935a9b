import * as CancelConsent from '@ambrosia/exchange/CancelConsent'
import * as Consent from '@ambrosia/exchange/Consent'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as RevokeConsent from '@ambrosia/exchange/RevokeConsent'
import type { SignedConsent } from '@ambrosia/exchange/Settlement'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address, LocalAccount } from 'viem'

type Chain = { chainId: number; dealBook: Address }

/** Signs the consent to one certificate. The account needs no ether. */
export async function signConsent(
  chain: Chain,
  account: LocalAccount,
  consent: Consent.Consent,
): Promise<SignedConsent> {
  const domain = dealBookDomain(chain.chainId, chain.dealBook)
  const signature = await account.signTypedData(Consent.toTypedData(consent, domain))
  return { consent, consentHash: Consent.hash(consent, domain), signature }
}

/** Signs the withdrawal of a consent that is not settled yet; anyone may relay it. */
export async function signCancel(
  chain: Chain,
  account: LocalAccount,
  message: CancelConsent.CancelConsent,
): Promise<Hex> {
  const domain = dealBookDomain(chain.chainId, chain.dealBook)
  return await account.signTypedData(CancelConsent.toTypedData(message, domain))
}

/** Signs the revocation of a settled consent; anyone may relay it. */
export async function signRevocation(
  chain: Chain,
  account: LocalAccount,
  message: RevokeConsent.RevokeConsent,
): Promise<Hex> {
  const domain = dealBookDomain(chain.chainId, chain.dealBook)
  return await account.signTypedData(RevokeConsent.toTypedData(message, domain))
}
