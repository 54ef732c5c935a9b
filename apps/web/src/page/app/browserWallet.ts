import type { WalletAnswer, WalletCall } from '../worker/browserWallet.ts'

/** EIP-1193, as far as it is used here. */
type Provider = { request(call: { method: string; params?: unknown }): Promise<unknown> }
/** A wallet that said it is there (EIP-6963). */
export type BrowserWallet = { id: string; name: string; provider: Provider }

let found: readonly BrowserWallet[] = []
let chosen: BrowserWallet | undefined
const listeners = new Set<() => void>()

window.addEventListener('eip6963:announceProvider', (event) => {
  const { info, provider } = (event as CustomEvent).detail as {
    info: { uuid: string; name: string }
    provider: Provider
  }
  if (found.some(({ id }) => id === info.uuid)) return
  found = [...found, { id: info.uuid, name: info.name, provider }]
  for (const listener of listeners) listener()
})
window.dispatchEvent(new Event('eip6963:requestProvider'))

/** The browser's wallets. */
export const browserWallets = {
  read: (): readonly BrowserWallet[] => found,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** Asks a wallet for an account, on this network's chain. @throws RefusedError */
export async function connect(wallet: BrowserWallet, chainId: number): Promise<`0x${string}`> {
  try {
    const accounts = await wallet.provider.request({ method: 'eth_requestAccounts' })
    await assureChain(wallet.provider, chainId)
    const [address] = accounts as `0x${string}`[]
    if (address === undefined) throw new RefusedError('Refused', 'the wallet named no account')
    chosen = wallet
    return address
  } catch (error) {
    throw toRefused(error)
  }
}

/** Asks the wallet that has the account, for the worker. */
export async function askWallet(call: WalletCall, chainId: number): Promise<WalletAnswer> {
  const { id, address, method, params } = call
  try {
    const wallet = await walletOf(address)
    if (method === 'eth_sendTransaction') await assureChain(wallet.provider, chainId)
    return { id, value: await wallet.provider.request({ method, params }) }
  } catch (error) {
    const { kind, message } = toRefused(error)
    return { id, error: { code: kind, message } }
  }
}

/** After a reload nobody is chosen: then it is who has the account. */
async function walletOf(address: string): Promise<BrowserWallet> {
  for (const wallet of chosen ? [chosen] : found) {
    const accounts = (await wallet.provider.request({ method: 'eth_accounts' })) as string[]
    if (!accounts.some((one) => one.toLowerCase() === address.toLowerCase())) continue
    chosen = wallet
    return wallet
  }
  throw new RefusedError('Missing', `no wallet of this browser gives the account ${address}`)
}

const UNKNOWN_CHAIN = 4902
const REFUSED = 4001

async function assureChain(provider: Provider, chainId: number): Promise<void> {
  const wanted = `0x${chainId.toString(16)}`
  const isThere = async (): Promise<boolean> =>
    Number(await provider.request({ method: 'eth_chainId' })) === chainId
  if (await isThere()) return
  const params = [{ chainId: wanted }]
  try {
    await provider.request({ method: 'wallet_switchEthereumChain', params })
  } catch (error) {
    if ((error as { code?: number }).code !== UNKNOWN_CHAIN) throw error
    const chain = {
      chainId: wanted,
      chainName: 'Ambrosia',
      rpcUrls: [`${window.location.origin}/rpc`],
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    }
    await provider.request({ method: 'wallet_addEthereumChain', params: [chain] })
  }
  if (!(await isThere()))
    throw new RefusedError('OtherChain', 'the wallet stays on another chain than this network')
}

/** What the wallet did not do; the words of a wallet are its own. */
export class RefusedError extends Error {
  readonly kind: 'Refused' | 'Missing' | 'OtherChain' | 'Failed'
  readonly code: string
  readonly hint = 'Look at the wallet of your browser and try again.'
  constructor(kind: RefusedError['kind'], message: string) {
    super(message)
    this.kind = kind
    this.code = `BrowserWallet.${kind}`
  }
}

function toRefused(error: unknown): RefusedError {
  if (error instanceof RefusedError) return error
  const { code, message } = error as { code?: number; message?: string }
  if (code === REFUSED) return new RefusedError('Refused', 'you refused it in the wallet')
  return new RefusedError('Failed', `the wallet says: ${(message ?? 'nothing').slice(0, 200)}`)
}
