import * as Attestation from '@ambrosia/attestation/Attestation'
import * as developmentRoot from '@ambrosia/attestation/developmentRoot'
import * as NodeKeys from '@ambrosia/attestation/NodeKeys'
import { oracleAdmissionAbi, oracleMeasurementsAbi } from '@ambrosia/chain/abi/admission'
import { contractOf } from '@ambrosia/chain/Network'
import { readOracle } from '@ambrosia/chain/read/oracle'
import { findEvent } from '@ambrosia/chain/readEvents'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { isDevelopment } from '../../environment.ts'
import { RefusedError } from '../../output.ts'
import type { Session } from '../../Session.ts'

/** What the evidence of an oracle proves to whoever verifies it. */
export type Verified = {
  kind: string
  measurement: Hex
  tcb: string
  signer: Hex
  encryptionKey: Hex
}

/**
 * Verifies an oracle's evidence, as the chain carries it, and compares its keys with the
 * registry's.
 * @throws Attestation.*, Oracle.*
 */
export async function verifyOracle(session: Session, operator: Hex): Promise<Verified> {
  const { chain, network } = session
  if (!Object.hasOwn(network.contracts, 'oracleAdmission')) {
    throw new RefusedError(
      'Oracle.NoEvidence',
      'this network admits oracles by a role: there is no evidence to verify',
    )
  }
  const admission = { address: contractOf(network, 'oracleAdmission'), abi: oracleAdmissionAbi }
  const span = { fromBlock: chain.fromBlock }
  const admitted = await findEvent(
    chain.client,
    { ...admission, eventName: 'OracleNodeAdmitted', args: { operator } },
    span,
  )
  const keysDigest = admitted?.args.keysDigest
  const applied =
    keysDigest &&
    (await findEvent(
      chain.client,
      { ...admission, eventName: 'OracleApplied', args: { operator, keysDigest } },
      span,
    ))
  if (!applied) throw new RefusedError('Oracle.NoEvidence', 'this operator was never admitted')
  const { expiresAt, ...keys } = applied.args.keys
  const nodeKeys = { ...keys, expiresAtSec: expiresAt }
  const allowed = await chain.client.readContract({
    address: contractOf(network, 'oracleMeasurements'),
    abi: oracleMeasurementsAbi,
    functionName: 'measurementOf',
    args: [keys.measurement],
  })
  const verdict = await Attestation.verify(fromHex(applied.args.evidence), {
    policy: {
      environment: isDevelopment() ? 'development' : 'production',
      kinds: ['software', 'sgx', 'tdx', 'sev-snp', 'nitro'],
      measurements: [
        { measurement: keys.measurement, activatesAtSec: Number(allowed.activatesAt) },
      ],
      software: developmentRoot.SOFTWARE_POLICY,
    },
    reportData: NodeKeys.reportData(nodeKeys, {
      chainId: BigInt(chain.chainId),
      verifyingContract: admission.address,
    }),
    nowSec: Math.min(Math.floor(Date.now() / 1000), Number(expiresAt)),
  })
  const entry = await readOracle(chain.client, chain.contracts.oracleRegistry, operator)
  const isSame = entry.signer === keys.signer && entry.encryptionKey === keys.encryptionKey
  if (!isSame) {
    throw new RefusedError('Oracle.OtherKeys', 'the registry has other keys than the evidence')
  }
  const { kind, measurement, tcb } = verdict
  return {
    kind,
    measurement,
    tcb: tcb.status,
    signer: keys.signer,
    encryptionKey: keys.encryptionKey,
  }
}
