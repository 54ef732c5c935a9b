import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createWalletClient, type Hex, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** What a browser's wallet was asked, and how it answers. */
export type InjectedWallet = {
  address: Hex
  /** Methods that it was asked to sign or send by, in their order. */
  asked: string[]
  /** Refuses what it is asked to sign or send, as a person would, until it is false again. */
  refuses: boolean
}

const REFUSED = { code: 4001, message: 'User rejected the request.' }
const UNKNOWN_CHAIN = { code: 4902, message: 'Unrecognized chain ID.' }

/**
 * Gives a page a wallet by EIP-1193, announced by EIP-6963, that holds a key of its own, signs and
 * sends by itself, and begins on another chain, which has to be added.
 */
export async function injectWallet(page: Page, home: string): Promise<InjectedWallet> {
  const { rpcUrl, chainId } = JSON.parse(readFileSync(join(home, 'network.json'), 'utf8'))
  const account = privateKeyToAccount(generatePrivateKey())
  const client = createWalletClient({ account, transport: http(rpcUrl) })
  const state = { address: account.address, asked: [] as string[], refuses: false }
  const chain = { now: 1, known: [1] }
  const request = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const [first, second] = params
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return [account.address]
    if (method === 'eth_chainId') return `0x${chain.now.toString(16)}`
    if (method === 'wallet_addEthereumChain') {
      chain.known.push(Number((first as { chainId: Hex }).chainId))
      chain.now = chain.known.at(-1) as number
      return null
    }
    if (method === 'wallet_switchEthereumChain') {
      const wanted = Number((first as { chainId: Hex }).chainId)
      if (!chain.known.includes(wanted)) throw UNKNOWN_CHAIN
      chain.now = wanted
      return null
    }
    state.asked.push(method)
    if (state.refuses) throw REFUSED
    if (chain.now !== chainId) throw { code: -32000, message: 'on another chain' }
    if (method === 'eth_signTypedData_v4')
      return await account.signTypedData(JSON.parse(second as string))
    if (method === 'personal_sign')
      return await account.signMessage({ message: { raw: first as Hex } })
    const { to, data, value } = first as { to: Hex; data: Hex; value?: Hex }
    return await client.sendTransaction({ to, data, value: BigInt(value ?? 0), chain: null })
  }
  await page.exposeFunction('requestOfWallet', async (method: string, params: unknown[]) =>
    request(method, params).then(
      (value) => ({ value }),
      (error: { code?: number; message: string }) => ({
        error: { code: error.code ?? -32603, message: error.message },
      }),
    ),
  )
  await page.addInitScript(ANNOUNCE)
  return state
}

const ANNOUNCE = `(() => {
  const provider = {
    request: async ({ method, params }) => {
      const { value, error } = await globalThis.requestOfWallet(method, params ?? [])
      if (error) throw Object.assign(new Error(error.message), { code: error.code })
      return value
    },
  }
  const info = { uuid: 'a-wallet-of-a-test', name: 'Test Wallet', icon: 'data:,', rdns: 'example.a' }
  const announce = () => window.dispatchEvent(
    new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }),
  )
  window.addEventListener('eip6963:requestProvider', announce)
  announce()
})()`
