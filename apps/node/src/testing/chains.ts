import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import type { Attributes } from '@ambrosia/rollup/Derivation'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { createGenesis } from '@ambrosia/rollup/L2Genesis'
import { privateKeyToAccount } from 'viem/accounts'
import type { Header } from '../engine/Header.ts'

export const CHAIN_ID = 777001
export const GAS_LIMIT = 30_000_000
export const FEE_RECIPIENT: Hex = `0x${'fe'.repeat(20)}`

/** Accounts of tests: account i has this key, and nobody else ever uses it. */
export function accountOf(index: number) {
  const key = keccak256(new TextEncoder().encode(`test account ${index}`))
  return privateKeyToAccount(`0x${Buffer.from(key).toString('hex')}`)
}

/**
 * A genesis with `count` accounts of 1000 units of the gas token each, and no predeploys that do
 * anything.
 */
export function testGenesis(count: number, extra: Genesis['alloc'] = {}): Genesis {
  const balances: Record<Hex, bigint> = {}
  for (let i = 0; i < count; i++) {
    balances[accountOf(i).address.toLowerCase() as Hex] = 1000n * 10n ** 18n
  }
  const genesis = createGenesis({
    rules: { chainId: CHAIN_ID, gasLimit: GAS_LIMIT },
    code: { messenger: '0x00', tokenBridge: '0x00', bridgedToken: '0x00' },
    l1Bridge: `0x${'b1'.repeat(20)}`,
    balances,
  })
  return { ...genesis, alloc: { ...genesis.alloc, ...extra } }
}

/** Attributes of a block on a parent. */
export function attributesOn(
  parent: Header,
  candidates: readonly Uint8Array[],
  change: Partial<Attributes> = {},
): Attributes {
  return {
    parentHash: parent.hash,
    number: parent.number + 1,
    timestamp: parent.timestamp + 2,
    prevRandao: `0x${'5d'.repeat(32)}`,
    feeRecipient: FEE_RECIPIENT,
    gasLimit: GAS_LIMIT,
    extraData: `0x${'00'.repeat(8)}`,
    anchor: `0x${'a7'.repeat(32)}`,
    withdrawals: [],
    candidates,
    forcedCount: 0,
    ...change,
  }
}

/** Bytes of signed transactions. */
export async function signed(requests: readonly Promise<Hex>[]): Promise<Uint8Array[]> {
  return (await Promise.all(requests)).map(fromHex)
}
