import type { Address, LocalAccount } from 'viem'
import { browserAccount } from './browserWallet.ts'
import * as wallet from './wallet.ts'

const NAME = 'researcher'
const KEY = 'researcher.browserAccount'

/**
 * The account that opens deals and pays: of the browser's wallet where one was chosen, else ours.
 */
export async function researcherAccount(): Promise<LocalAccount> {
  const address = await chosen()
  return address === undefined ? wallet.account(NAME) : browserAccount(address)
}

/** Whether a wallet of the browser signs. */
export async function isBrowserAccount(): Promise<boolean> {
  return (await chosen()) !== undefined
}

/** From now on the researcher is that account of the browser's wallet. */
export async function chooseBrowserWallet({ address }: { address: Address }): Promise<void> {
  await wallet.put(KEY, address)
}

async function chosen(): Promise<Address | undefined> {
  return await wallet.get<Address>(KEY)
}
