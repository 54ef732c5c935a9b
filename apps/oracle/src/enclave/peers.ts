import * as Attestation from '@ambrosia/attestation/Attestation'
import * as developmentRoot from '@ambrosia/attestation/developmentRoot'
import * as NodeKeys from '@ambrosia/attestation/NodeKeys'
import type { Policy } from '@ambrosia/attestation/Policy'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { Application, EnclaveSettings, Outside } from './Enclave.ts'

/** Verifies keys of other oracles. */
export type Peers = {
  /** @throws Attestation.*; returns the digest that the evidence vouches for */
  verify(application: Application): Promise<Hex>
}

/**
 * Judges evidence by the policy of this enclave; what was judged once is remembered by its digest
 * and its evidence.
 */
export function createPeers(options: {
  settings: EnclaveSettings
  oracleAdmission: Address
  outside: Pick<Outside, 'measurementOf'>
  policy: Omit<Policy, 'measurements'>
  nowSec: () => number
}): Peers {
  const { settings, outside, policy } = options
  const admission = {
    chainId: BigInt(settings.chainId),
    verifyingContract: options.oracleAdmission,
  }
  const verified = new Set<string>()
  return {
    verify: async ({ keys, evidence }) => {
      const digest = toHex(NodeKeys.digest(keys, admission))
      const name = `${digest} ${Buffer.from(evidence).toString('base64')}`
      if (verified.has(name)) return digest
      const allowed = await outside.measurementOf(keys.measurement)
      await Attestation.verify(evidence, {
        policy: { ...policy, measurements: allowed === undefined ? [] : [allowed] },
        reportData: NodeKeys.reportData(keys, admission),
        // Evidence counts from admission for as long as the contract says; it was made when the
        // application still counted.
        nowSec: Math.min(options.nowSec(), Number(keys.expiresAtSec)),
      })
      verified.add(name)
      return digest
    },
  }
}

/** What a development network believes: its own root. */
export function developmentPolicy(): Omit<Policy, 'measurements'> {
  return {
    environment: 'development',
    kinds: ['software', 'sgx', 'tdx', 'sev-snp', 'nitro'],
    software: developmentRoot.SOFTWARE_POLICY,
  }
}
