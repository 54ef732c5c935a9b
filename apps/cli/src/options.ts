import { InvalidArgumentError } from 'commander'
import type { Hex } from 'viem'
import { hasRightCapitals, withCapitals } from './capitals.ts'

/** A whole number of an option. @throws a usage error outside of the range */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= minimum && value <= maximum))
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`)
    return value
  }
}

/** An id of a deal or a record. */
export function hash(text: string): Hex {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text))
    throw new InvalidArgumentError('It must be 0x and 64 hexadecimal digits.')
  return text.toLowerCase() as Hex
}

/** An account. @throws a usage error for one that was mistyped (ERC-55) */
export function address(text: string): Hex {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text))
    throw new InvalidArgumentError('It must be 0x and 40 hexadecimal digits.')
  if (!hasRightCapitals(text))
    throw new InvalidArgumentError('It is mistyped: its capital letters do not fit its digits.')
  return withCapitals(text)
}

/** Names of keys and records in the wallet. */
export const WALLET_NAME = /^[a-z0-9][a-z0-9-]{0,40}$/

/** The name of a key or a record in the wallet. */
export function walletName(text: string): string {
  if (!WALLET_NAME.test(text))
    throw new InvalidArgumentError('A name has 1 to 41 lower-case letters, digits and dashes.')
  return text
}

/** A day, such as 2026-05-01, as the instant it begins at in UTC. */
export function day(text: string): Date {
  const date = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('It must be a day, such as 2026-05-01.')
  return date
}

/** Where to listen, such as 127.0.0.1:8090 or [::1]:8090; port 0 takes a free one. */
export function hostPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || port > 65_535)
    throw new InvalidArgumentError('It must be a host, a colon and a port, such as 127.0.0.1:8090.')
  return { host, port }
}

/** An option that may be given several times. */
export function repeated(text: string, before: string[]): string[] {
  return [...before, text]
}
