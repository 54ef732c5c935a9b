/** JSON with large integers and bytes, for what the wallet keeps. */

export function stringify(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === 'bigint') return { $integer: one.toString() }
    if (one instanceof Uint8Array) return { $bytes: [...one] }
    return one
  })
}

export function parse(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one
    const { $integer, $bytes } = one as { $integer?: string; $bytes?: number[] }
    if (typeof $integer === 'string') return BigInt($integer)
    if (Array.isArray($bytes)) return new Uint8Array($bytes)
    return one
  })
}
