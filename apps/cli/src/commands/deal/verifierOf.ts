import type { Chain } from '@ambrosia/sdk/Chain'
import { quorumOf } from '@ambrosia/sdk/relay/proveQuorum'
import type { Address } from 'viem'
import { RefusedError } from '../../output.ts'
import type { Quorum } from './quorum.ts'

/**
 * The judge of certificates that a deal names for such a quorum; none for a count alone, which is
 * the exchange's own.
 * @throws Deal.NoPower, Deal.OtherPower
 */
export async function verifierOf(
  chain: Chain,
  { powerBps }: Quorum,
): Promise<{ verifier: Address } | undefined> {
  if (powerBps === undefined) return undefined
  const verifier = chain.contracts.networkCertificateVerifier
  if (verifier === undefined)
    throw new RefusedError(
      'Deal.NoPower',
      'oracles of this network have no stake, so no power stands behind them',
      'Name how many must certify alone: --quorum 2.',
    )
  const asked = Number((await quorumOf(chain, verifier)).powerBps)
  if (asked !== powerBps)
    throw new RefusedError(
      'Deal.OtherPower',
      `the quorum of this network asks for ${asked / 100} % of the power, not ${powerBps / 100} %`,
      `Name that share (--quorum 3,${asked / 100}%), or a larger count.`,
    )
  return { verifier }
}
