import { equal } from '@ambrosia/primitives/Bytes'
import * as Evidence from './Evidence.ts'
import type { AllowedMeasurement, Policy } from './Policy.ts'
import { RefusedError } from './Refusal.ts'
import * as Software from './Software.ts'
import type { Verdict } from './Verdict.ts'
import { verifyDcap } from './verifyDcap.ts'
import { verifyNitro } from './verifyNitro.ts'
import { verifySevSnp } from './verifySevSnp.ts'

export type VerifyOptions = {
  policy: Policy
  /** What the report must hold: `NodeKeys.reportData` of the keys that are to be believed. */
  reportData: Uint8Array
  /** Unix time for which everything is judged. */
  nowSec: number
}

/**
 * Judges evidence: that its hardware (or development root) signed it, that the platform is in a
 * state that the policy takes, that no host can debug it, that an allowed program runs, and that it
 * vouches for exactly these keys.
 * @param bytes `Evidence.encode`
 * @throws Attestation.* with the first thing that is wrong
 */
export async function verify(bytes: Uint8Array, options: VerifyOptions): Promise<Verdict> {
  const { policy, nowSec } = options
  const evidence = Evidence.decode(bytes)
  if (evidence.kind === 'software' && policy.environment === 'production') {
    throw new RefusedError('SoftwareRefused', 'software attests nothing in production')
  }
  if (!policy.kinds.includes(evidence.kind)) throw kindRefused(evidence.kind)
  const verdict = await verifyKind(evidence, policy, nowSec)
  assertMeasurement(verdict, policy.measurements, nowSec)
  if (!equal(verdict.reportData, options.reportData)) {
    throw new RefusedError('WrongKeys', 'the evidence does not vouch for these keys')
  }
  return verdict
}

async function verifyKind(
  evidence: Evidence.Evidence,
  policy: Policy,
  nowSec: number,
): Promise<Verdict> {
  switch (evidence.kind) {
    case 'sgx':
    case 'tdx':
      if (policy.dcap) return await verifyDcap(evidence, policy.dcap, nowSec)
      break
    case 'sev-snp':
      if (policy.sevSnp) return await verifySevSnp(evidence, policy.sevSnp, nowSec)
      break
    case 'nitro':
      if (policy.nitro) return await verifyNitro(evidence, policy.nitro, nowSec)
      break
    case 'software':
      if (policy.software) return Software.verify(evidence, policy.software, nowSec)
  }
  throw kindRefused(evidence.kind)
}

function assertMeasurement(
  { measurement }: Verdict,
  allowed: readonly AllowedMeasurement[],
  nowSec: number,
): void {
  const entry = allowed.find((each) => each.measurement.toLowerCase() === measurement)
  if (entry === undefined) {
    throw new RefusedError('WrongMeasurement', `the measurement ${measurement} is not allowed`)
  }
  if (nowSec < entry.activatesAtSec) {
    throw new RefusedError('MeasurementNotActive', `${measurement} is not active yet`)
  }
  if (entry.sunsetAtSec !== undefined && nowSec >= entry.sunsetAtSec) {
    throw new RefusedError('MeasurementSunset', `${measurement} no longer counts`)
  }
}

function kindRefused(kind: Evidence.Kind): RefusedError {
  return new RefusedError('KindRefused', `evidence of the kind ${kind} does not count here`)
}
