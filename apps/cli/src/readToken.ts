import { type Address, erc20Abi, type PublicClient } from 'viem'
import { MED, type Token } from './figures.ts'

/**
 * Symbol and decimals of a token, as its contract tells them; without both it is shown in its
 * smallest unit, by its address.
 */
export async function readToken(client: PublicClient, address: Address): Promise<Token> {
  try {
    const token = { address, abi: erc20Abi } as const
    const [symbol, decimals] = await Promise.all([
      client.readContract({ ...token, functionName: 'symbol' }),
      client.readContract({ ...token, functionName: 'decimals' }),
    ])
    // A contract may call itself anything, so what it says must not look like something else on a
    // screen.
    if (/^[\x21-\x7e]{1,12}$/.test(symbol) && decimals <= 36) return { symbol, decimals }
  } catch {
    // ERC-20 leaves both out of what a token must have.
  }
  return { symbol: `of token ${address}`, decimals: 0 }
}

/** The token of several deals, each contract asked once. */
export async function readTokens(
  client: PublicClient,
  addresses: readonly Address[],
): Promise<(address: Address) => Token> {
  const distinct = [...new Set(addresses.map((one) => one.toLowerCase() as Address))]
  const tokens = await Promise.all(distinct.map((one) => readToken(client, one)))
  return (address) => tokens[distinct.indexOf(address.toLowerCase() as Address)] ?? MED
}
