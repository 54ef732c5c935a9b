/**
 * A decimal times 10^scale as an integer, halves away from zero, by its digits: 6.45 at scale 1 is 65, which a double would make 64.
 * @returns undefined for what is no decimal or no safe integer.
 */
export function scaleDecimal(text: string, scale: number): number | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!match) return undefined
  const fraction = match[3] ?? ''
  const digits = (match[2] as string) + fraction
  const shift = scale + Number(match[4] ?? 0) - fraction.length
  let magnitude: bigint
  if (shift >= 0) {
    if (shift > 400) return undefined
    magnitude = BigInt(digits) * 10n ** BigInt(shift)
  } else {
    if (shift < -400) return 0
    const divisor = 10n ** BigInt(-shift)
    magnitude = (BigInt(digits) * 2n + divisor) / (divisor * 2n)
  }
  const value = Number(match[1] === '-' ? -magnitude : magnitude)
  return Number.isSafeInteger(value) ? value + 0 : undefined
}
