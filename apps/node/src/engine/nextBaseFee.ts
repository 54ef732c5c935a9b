import type { Header } from './Header.ts'

const ELASTICITY = 2n
const CHANGE_DENOMINATOR = 8n

/** Base fee of the block after this one, wei (EIP-1559). */
export function nextBaseFee({ gasLimit, gasUsed, baseFeePerGas = 0n }: Header): bigint {
  const target = gasLimit / ELASTICITY
  if (gasUsed === target) return baseFeePerGas
  const distance = gasUsed > target ? gasUsed - target : target - gasUsed
  const change = (baseFeePerGas * distance) / target / CHANGE_DENOMINATOR
  if (gasUsed > target) return baseFeePerGas + (change > 0n ? change : 1n)
  return baseFeePerGas - change
}
