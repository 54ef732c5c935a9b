import { medTokenAbi } from '@ambrosia/chain/abi/token'
import type { Address, Hex, LocalAccount } from 'viem'
import type { Chain } from './Chain.ts'

/** No permit: the allowance stands, or none is needed. */
export const NO_PERMIT = {
  value: 0n,
  deadline: 0n,
  v: 0,
  r: `0x${'00'.repeat(32)}`,
  s: `0x${'00'.repeat(32)}`,
} as const

/**
 * An ERC-2612 permit, by default for the DealBook, so that escrow takes no transaction of its own.
 */
export async function signPermit(
  chain: Chain,
  owner: LocalAccount,
  value: bigint,
  deadline: bigint,
  spender: Address = chain.contracts.dealBook,
): Promise<{ value: bigint; deadline: bigint; v: number; r: Hex; s: Hex }> {
  const { medToken } = chain.contracts
  const read = { address: medToken, abi: medTokenAbi } as const
  const [[, name, version], nonce] = await Promise.all([
    chain.client.readContract({ ...read, functionName: 'eip712Domain' }),
    chain.client.readContract({ ...read, functionName: 'nonces', args: [owner.address] }),
  ])
  const signature = await owner.signTypedData({
    domain: { name, version, chainId: chain.chainId, verifyingContract: medToken },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner: owner.address, spender, value, nonce, deadline },
  })
  return {
    value,
    deadline,
    v: Number.parseInt(signature.slice(130, 132), 16),
    r: signature.slice(0, 66) as Hex,
    s: `0x${signature.slice(66, 130)}`,
  }
}
