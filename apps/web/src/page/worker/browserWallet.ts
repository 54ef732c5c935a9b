/**
 * A wallet that the browser brings (EIP-1193). Workers do not see it: the page asks it for us, and
 * only for what stands here.
 */
import { send } from '@ambrosia/chain/send'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Chain } from '@ambrosia/sdk/Chain'
import { type Address, createClient, createWalletClient, custom, type LocalAccount } from 'viem'
import { toAccount } from 'viem/accounts'

/** What the page asks the wallet, and of which account it must be. */
export type WalletCall = { id: number; address: Address; method: string; params: unknown }
export type WalletAnswer =
  | { id: number; value: unknown }
  | { id: number; error: { code: string; message: string } }

type Waiting = { done: (value: unknown) => void; failed: (error: Error) => void }

const SOURCE = 'browserWallet'
const POLL_MS = 250
const waiting = new Map<number, Waiting>()
let lastId = 0
let ask: (call: WalletCall) => void = () => {}

/** Who passes the calls on to the page. */
export function onWalletCall(listener: (call: WalletCall) => void): void {
  ask = listener
}

/** Takes what the wallet answered. */
export function takeWalletAnswer(answer: WalletAnswer): void {
  const one = waiting.get(answer.id)
  waiting.delete(answer.id)
  if ('value' in answer) one?.done(answer.value)
  else one?.failed(new BrowserWalletError(answer.error))
}

/** An account of a browser's wallet: it signs there, and sends its transactions itself. */
export function browserAccount(address: Address): LocalAccount {
  const { transport, run } = connectTo(address)
  const client = createWalletClient({ account: address, transport })
  return {
    ...toAccount({
      address,
      signMessage: ({ message }) => run(() => client.signMessage({ message })),
      signTypedData: (typedData) => run(() => client.signTypedData(typedData as never)),
      signTransaction: () => {
        throw new BrowserWalletError({ code: 'Sends', message: 'such a wallet sends by itself' })
      },
    }),
    source: SOURCE as never,
  }
}

/** The chain, with transactions of a browser wallet's account sent by that wallet. */
export function withBrowserWallet(chain: Chain): Chain {
  return {
    ...chain,
    send: async (account, call) => {
      if (account.source !== SOURCE) return await chain.send(account, call)
      const { address } = account
      const { transport, run } = connectTo(address, (other) => chain.client.request(other as never))
      const client = createClient({ transport, cacheTime: 0, pollingInterval: POLL_MS })
      return await run(() => send(client, { address, type: 'json-rpc' }, call))
    },
  }
}

type Rpc = { method: string; params?: unknown }
const OF_THE_WALLET = new Set(['eth_sendTransaction', 'eth_signTypedData_v4', 'personal_sign'])

/**
 * The way to the wallet that has an account; what is not the wallet's goes to `others`. `run` fails
 * with the wallet's refusal itself, not with what is made of it on the way.
 */
function connectTo(address: Address, others?: (call: Rpc) => Promise<unknown>) {
  let refusal: Error | undefined
  const request = async ({ method, params }: Rpc): Promise<unknown> => {
    if (!OF_THE_WALLET.has(method) && others) return await others({ method, params })
    const id = ++lastId
    return await new Promise((done, failed) => {
      const refuse = (error: Error): void => {
        refusal = error
        failed(error)
      }
      waiting.set(id, { done, failed: refuse })
      ask({ id, address, method, params })
    })
  }
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    refusal = undefined
    try {
      return await work()
    } catch (error) {
      throw refusal ?? error
    }
  }
  // Asked again, a person who refused would have to refuse again.
  return { transport: custom({ request }, { retryCount: 0 }), run }
}

/** `BrowserWallet.Refused`, `.Missing`, `.OtherChain`, `.Failed`. */
export class BrowserWalletError extends AmbrosiaError {
  constructor({ code, message }: { code: string; message: string }) {
    super(`BrowserWallet.${code}`, message, {
      hint: 'Look at the wallet of your browser and try again.',
    })
  }
}
