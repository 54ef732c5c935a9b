import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** Why evidence does not count; the code is `Attestation.` and this. */
export type Reason =
  | 'Malformed'
  | 'KindRefused'
  | 'SoftwareRefused'
  | 'SignatureInvalid'
  | 'ChainUntrusted'
  | 'Revoked'
  | 'Expired'
  | 'CollateralMissing'
  | 'CollateralExpired'
  | 'TcbRefused'
  | 'DebugRefused'
  | 'PlatformRefused'
  | 'WrongMeasurement'
  | 'MeasurementNotActive'
  | 'MeasurementSunset'
  | 'WrongKeys'

const HINTS: Partial<Record<Reason, string>> = {
  KindRefused: 'The policy says which kinds of evidence count.',
  SoftwareRefused: 'A production network needs evidence of hardware.',
  CollateralMissing: "Fetch the platform's collateral from Intel and add it to the policy.",
  CollateralExpired: 'Fetch newer collateral from Intel.',
  TcbRefused: 'The platform needs its firmware or microcode updated.',
  DebugRefused: 'A debug enclave can be read by its host.',
  WrongMeasurement: 'The program that runs is not one that governance allowed.',
  WrongKeys: 'The evidence was made for other keys, another nonce or another network.',
}

/** Evidence that does not count. */
export class RefusedError extends AmbrosiaError {
  constructor(reason: Reason, message: string, cause?: unknown) {
    super(`Attestation.${reason}`, message, { hint: HINTS[reason], cause })
  }
}
