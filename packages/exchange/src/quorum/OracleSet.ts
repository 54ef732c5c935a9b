import { concat, fromHex, fromUint, type Hex, toHex, toUint } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'

/**
 * One oracle of an epoch's set, as `contracts/src/oracle/libraries/OracleSetCode.sol` writes it.
 */
export type OracleSetEntry = {
  operator: Address
  signer: Address
  /** Weight, below 2^96. */
  power: bigint
  commissionBps: number
  /** BLS12-381 key in G2 as EIP-2537 writes it, 256 bytes, or undefined. */
  blsKey?: Hex
}

export const MAXIMUM_ORACLES = 76
const HEADER_SIZE_BYTES = 15
const BLS_KEY_SIZE_BYTES = 256

/** The code of a set's contract. */
export function encode(entries: readonly OracleSetEntry[]): Uint8Array {
  if (entries.length === 0 || entries.length > MAXIMUM_ORACLES) throw malformed(entries.length)
  const total = entries.reduce((sum, { power }) => sum + power, 0n)
  return concat(
    Uint8Array.of(0),
    fromUint(entries.length, 2),
    fromUint(total, 12),
    ...entries.map(({ power, signer }) => concat(fromUint(power, 12), fromHex(signer))),
    ...entries.map(({ commissionBps, operator }) =>
      concat(fromUint(commissionBps, 12), fromHex(operator)),
    ),
    ...entries.map(({ blsKey }) =>
      blsKey === undefined ? new Uint8Array(BLS_KEY_SIZE_BYTES) : fromHex(blsKey),
    ),
  )
}

/** The oracles of a set's code, in the order of their places. @throws Quorum.MalformedSet */
export function decode(code: Uint8Array): OracleSetEntry[] {
  const count = Number(toUint(code.subarray(1, 3)))
  if (code[0] !== 0 || code.length !== HEADER_SIZE_BYTES + count * (64 + BLS_KEY_SIZE_BYTES)) {
    throw malformed(code.length)
  }
  const at = (offset: number, size: number) => code.subarray(offset, offset + size)
  return Array.from({ length: count }, (_, place) => {
    const signer = HEADER_SIZE_BYTES + 32 * place
    const operator = HEADER_SIZE_BYTES + 32 * (count + place)
    const blsKey = at(HEADER_SIZE_BYTES + 64 * count + BLS_KEY_SIZE_BYTES * place, 256)
    const entry: OracleSetEntry = {
      power: toUint(at(signer, 12)),
      signer: toHex(at(signer + 12, 20)),
      commissionBps: Number(toUint(at(operator, 12))),
      operator: toHex(at(operator + 12, 20)),
    }
    return blsKey.some((byte) => byte !== 0) ? { ...entry, blsKey: toHex(blsKey) } : entry
  })
}

function malformed(size: number): AmbrosiaError {
  return new AmbrosiaError('Quorum.MalformedSet', `a set of oracles cannot have this size: ${size}`)
}
