import { toDecimal } from '@ambrosia/primitives/Units'
import type { Hex } from 'viem'

/**
 * How people read amounts, sizes, times and hashes. Under `--json` none of this applies: there the
 * smallest unit stands.
 */

/** A token as people know it. */
export type Token = { symbol: string; decimals: number }

/** The token of the network. */
export const MED: Token = { symbol: 'MED', decimals: 18 }

/** Decimals that are shown; a value that is rounded away is dust. */
const SHOWN_DECIMALS = 6

/** "4.75 MED" of an amount in its smallest unit, to the nearest millionth. */
export function amount(value: bigint, { symbol, decimals }: Token = MED): string {
  return `${decimal(value, decimals)} ${symbol}`
}

/**
 * "4.75" of an amount in its smallest unit, to the nearest millionth; "0.000001" is the least that
 * is not nothing.
 */
export function decimal(value: bigint, decimals: number = MED.decimals): string {
  if (decimals <= SHOWN_DECIMALS) return grouped(toDecimal(value, decimals))
  const unit = 10n ** BigInt(decimals - SHOWN_DECIMALS)
  const rounded = ((value + (value < 0n ? -unit : unit) / 2n) / unit) * unit
  if (rounded === 0n && value !== 0n) return '<0.000001'
  return grouped(toDecimal(rounded, decimals))
}

/** "2,561". */
export function count(value: number | bigint): string {
  return grouped(value.toString())
}

/** "8.0 s", "120 ms". */
export function duration(ms: number): string {
  return ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** "1.6 MB". */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`
  return bytes < 1_000_000_000
    ? `${(bytes / 1_000_000).toFixed(1)} MB`
    : `${(bytes / 1_000_000_000).toFixed(1)} GB`
}

/** "0xfa640a…d858". */
export function short(hash: string): string {
  return `${hash.slice(0, 8)}…${hash.slice(-4)}`
}

/** "gas 168,757 tx 0xfa640a…d858". */
export function shortGasOf(gas: bigint | number, transaction: Hex): string {
  return `gas ${count(gas)} tx ${short(transaction)}`
}

/** "gas 168,757, transaction 0x…" with the whole hash, to look it up by. */
export function gasOf(gas: bigint | number, transaction: Hex): string {
  return `gas ${count(gas)}, transaction ${transaction}`
}

/** "2026-12-30 18:00 UTC" of seconds since 1970. */
export function time(seconds: bigint | number): string {
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** "24 h", "90 min", "30 days" of a length in seconds. */
export function period(seconds: bigint | number): string {
  const total = Number(seconds)
  if (total % 86_400 === 0 && total > 86_400) return `${total / 86_400} days`
  if (total % 3600 === 0) return `${total / 3600} h`
  return total % 60 === 0 ? `${total / 60} min` : `${total} s`
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.')
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction === undefined ? digits : `${digits}.${fraction}`
}
