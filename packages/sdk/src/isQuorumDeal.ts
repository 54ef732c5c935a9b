import type { DealTerms } from '@ambrosia/exchange/Deal'
import { isAddressEqual } from 'viem'
import type { Chain } from './Chain.ts'

/** True where a deal's certificates are judged by what the network's quorum signs together. */
export function isQuorumDeal(
  { contracts }: Pick<Chain, 'contracts'>,
  { verifier }: Pick<DealTerms, 'verifier'>,
): boolean {
  const known = contracts.networkCertificateVerifier
  return known !== undefined && isAddressEqual(verifier, known)
}
