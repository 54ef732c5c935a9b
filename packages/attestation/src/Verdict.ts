import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Kind } from './Evidence.ts'
import type { Registers } from './Measurement.ts'

/** What evidence proves, once its signatures hold. */
export type Verdict = {
  kind: Kind
  measurement: Hex
  registers: Registers
  /** 64 bytes that the enclave chose. */
  reportData: Uint8Array
  /** State of the platform's firmware in its vendor's words. */
  tcb: { status: string; advisories: readonly string[] }
}
