import { type Address, getAddress } from 'viem'

/** Name of an account as keyid and audience of signed requests (CAIP-10), in lower case. */
export function accountId(chainId: number, address: Address): string {
  return `eip155:${chainId}:${getAddress(address).toLowerCase()}`
}
