import { concat, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import type { Kind } from './Evidence.ts'

/**
 * The registers of an enclave that say which program runs, by their names in the vendor's manual.
 */
export type Registers = Readonly<Record<string, Uint8Array>>

/**
 * One name of 32 bytes for a program, whatever the hardware: SHA-256 over the kind and its
 * registers in the order of their names. SGX: MRENCLAVE. TDX: MRTD, MRCONFIGID, MROWNER,
 * MROWNERCONFIG, RTMR0 to RTMR3. SEV-SNP: MEASUREMENT and HOST_DATA. Nitro: PCR0, PCR1, PCR2.
 */
export function fromRegisters(kind: Kind, registers: Registers): Hex {
  const names = Object.keys(registers).sort()
  const parts = names.map((name) => concat(fromUtf8(`${name}=`), registers[name] as Uint8Array))
  return toHex(sha256Tagged('ambrosia/measurement/1', fromUtf8(kind), ...parts))
}
