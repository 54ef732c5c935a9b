import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'

/** An account in the capital letters of ERC-55, which show a mistyped digit. */
export function withCapitals(account: string): Hex {
  const lower = account.slice(2).toLowerCase()
  const hash = toHex(keccak256(fromUtf8(lower))).slice(2)
  const digits = [...lower].map((digit, index) =>
    Number.parseInt(hash[index] ?? '', 16) >= 8 ? digit.toUpperCase() : digit,
  )
  return `0x${digits.join('')}`
}

/**
 * True where the capital letters of an account are those of ERC-55, or where it has none or nothing
 * else and so says nothing. False for an account that was mistyped.
 */
export function hasRightCapitals(account: string): boolean {
  const digits = account.slice(2)
  const saysNothing = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  return saysNothing || digits === withCapitals(account).slice(2)
}
