import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'

/**
 * Ethereum's own defaults where a genesis file leaves a field out (go-ethereum, `core/genesis.go`).
 */
export const DEFAULTS = {
  gasLimit: 4_712_388n,
  difficulty: 131_072n,
  baseFeePerGas: 1_000_000_000n,
}

/** A quantity of a genesis file. @throws Genesis.Malformed */
export function toQuantity(value: string | number | null | undefined, fallback: bigint): bigint {
  if (value === undefined || value === null) return fallback
  try {
    if (value === '' || value === '0x') return 0n
    const quantity = BigInt(value)
    if (quantity >= 0n) return quantity
  } catch {
    // Falls through to the refusal.
  }
  throw new MalformedError(`${String(value).slice(0, 80)} is not a quantity`)
}

/**
 * Hex data of a genesis file, padded on the left to `sizeBytes` where given.
 * @throws Genesis.Malformed
 */
export function toData(value: string | null | undefined, sizeBytes?: number): Hex {
  const digits = (value ?? '').replace(/^0x/, '').toLowerCase()
  const padded = sizeBytes === undefined ? digits : digits.padStart(sizeBytes * 2, '0')
  const isHex = /^(?:[0-9a-f]{2})*$/.test(padded)
  if (!isHex || (sizeBytes !== undefined && padded.length !== sizeBytes * 2)) {
    throw new MalformedError(`a value of ${digits.length} digits is not hex data`)
  }
  return `0x${padded}`
}

/** Reads a genesis file's JSON. @throws Genesis.Malformed */
export function parse(text: string): Genesis {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new MalformedError('it is not JSON')
  }
  const genesis = value as Partial<Genesis> | null
  if (typeof genesis !== 'object' || genesis === null)
    throw new MalformedError('it is not an object')
  if (typeof genesis.config !== 'object' || typeof genesis.alloc !== 'object') {
    throw new MalformedError('config or alloc is missing')
  }
  if (!Number.isSafeInteger(genesis.config?.chainId)) {
    throw new MalformedError('config.chainId is not a number')
  }
  return genesis as Genesis
}

export class MalformedError extends AmbrosiaError {
  constructor(what: string) {
    super('Genesis.Malformed', `the genesis file is malformed: ${what}`, {
      hint: "The form is that of go-ethereum's genesis.json.",
    })
  }
}
