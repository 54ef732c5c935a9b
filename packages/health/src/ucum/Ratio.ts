/** An exact positive or negative number as a fraction of integers; its denominator is positive. */
export type Ratio = { readonly over: bigint; readonly under: bigint }

export const ONE: Ratio = { over: 1n, under: 1n }

export function times(a: Ratio, b: Ratio): Ratio {
  return reduce(a.over * b.over, a.under * b.under)
}

export function inverse({ over, under }: Ratio): Ratio {
  return over < 0n ? { over: -under, under: -over } : { over: under, under: over }
}

export function plus(a: Ratio, b: Ratio): Ratio {
  return reduce(a.over * b.under + b.over * a.under, a.under * b.under)
}

export function power(base: Ratio, exponent: number): Ratio {
  const of = exponent < 0 ? inverse(base) : base
  const size = BigInt(Math.abs(exponent))
  return { over: of.over ** size, under: of.under ** size }
}

/**
 * Longest decimal that is read, characters: arithmetic on longer ones takes time that grows with
 * the square.
 */
const DECIMAL_LENGTH = 64

export function isLess(a: Ratio, b: Ratio): boolean {
  return a.over * b.under < b.over * a.under
}

/**
 * The number of a decimal such as `-6.40` or `1e-3`; undefined for anything else and for exponents
 * beyond ±400.
 */
export function ofDecimal(text: string): Ratio | undefined {
  if (text.length > DECIMAL_LENGTH) return undefined
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!match) return undefined
  const fraction = match[3] ?? ''
  const shift = Number(match[4] ?? 0) - fraction.length
  if (Math.abs(shift) > 400) return undefined
  const digits = BigInt((match[2] as string) + fraction) * (match[1] === '-' ? -1n : 1n)
  return shift >= 0
    ? { over: digits * 10n ** BigInt(shift), under: 1n }
    : reduce(digits, 10n ** BigInt(-shift))
}

/**
 * Which integer stands for a number between two: the nearest, halves away from zero, or the one
 * below or above.
 */
export type Rounding = 'nearest' | 'down' | 'up'

/** The number times 10^`scale` as an integer; undefined beyond the safe integers. */
export function toScaledInteger(
  { over, under }: Ratio,
  scale: number,
  rounding: Rounding,
): number | undefined {
  const scaled = over * 10n ** BigInt(scale)
  const value = Number(rounded(scaled, under, rounding))
  return Number.isSafeInteger(value) ? value + 0 : undefined
}

function rounded(over: bigint, under: bigint, rounding: Rounding): bigint {
  const floor = over >= 0n ? over / under : -((-over + under - 1n) / under)
  if (rounding === 'down') return floor
  if (rounding === 'up') return floor * under === over ? floor : floor + 1n
  const magnitude = over < 0n ? -over : over
  const nearest = (magnitude * 2n + under) / (under * 2n)
  return over < 0n ? -nearest : nearest
}

/** The nearest double. */
export function toNumber({ over, under }: Ratio): number {
  const direct = Number(over) / Number(under)
  if (Number.isFinite(direct) && Number(over) !== 0) return direct
  return over === 0n ? 0 : Number(over / under)
}

function reduce(over: bigint, under: bigint): Ratio {
  let [a, b] = [over < 0n ? -over : over, under]
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? { over: 0n, under: 1n } : { over: over / a, under: under / a }
}
