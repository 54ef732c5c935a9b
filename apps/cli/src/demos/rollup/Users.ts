import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import {
  type Address,
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  type Hex,
  http,
  type LocalAccount,
  type PublicClient,
  parseEther,
  parseGwei,
  type TransactionReceipt,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const FEES = { maxFeePerGas: parseGwei('20'), maxPriorityFeePerGas: 1n }
const TRANSFER_GAS = 21_000n
const CALL_GAS = 200_000n
const SUPPLY = parseEther('1000000')

/** Somebody who uses the chain with viem, through a node of their choice. */
export type User = { account: LocalAccount; client: PublicClient; url: string; chainId: number }

/** What was sent, and what of it nobody else may learn. */
export type Sent = {
  receipts: TransactionReceipt[]
  recipients: Address[]
  /** Calldata of the calls. */
  calldata: Hex[]
  /** Amounts, which are balances of the recipients. */
  amounts: bigint[]
  raw: Hex[]
}

export function newAccount(): LocalAccount {
  return privateKeyToAccount(generatePrivateKey())
}

export function createUser(account: LocalAccount, url: string, chainId: number): User {
  const chain = defineChain({
    id: chainId,
    name: 'Ambrosia L2',
    nativeCurrency: { name: 'MED', symbol: 'MED', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const client = createPublicClient({ chain, transport: http(url), pollingInterval: 100 })
  return { account, client: client as PublicClient, url, chainId }
}

/** Puts a token on the chain, as any tool would. */
export async function deployToken(user: User): Promise<TransactionReceipt> {
  const artifacts = await loadArtifacts({ domains: ['token'] })
  const wallet = walletOf(user)
  const hash = await wallet.deployContract({
    abi: medTokenAbi,
    bytecode: artifacts['medToken']?.bytecode as Hex,
    args: [user.account.address, SUPPLY],
    chain: null,
  } as Parameters<typeof wallet.deployContract>[0])
  return await user.client.waitForTransactionReceipt({ hash, timeout: 120_000 })
}

/**
 * Signs so many transactions, sends them at once, and waits for their receipts: half of them pay
 * gas token, half call the contract.
 */
export async function sendMany(user: User, token: Address, transactions: number): Promise<Sent> {
  const { account, client, chainId } = user
  const first = await client.getTransactionCount({ address: account.address })
  const recipients = Array.from({ length: transactions }, () => newAccount().address)
  // Odd to the last digit, so that a search for them finds nothing else.
  const amounts = recipients.map(() => parseEther('0.5') + randomBelow(parseEther('0.5')))
  const calldata: Hex[] = []
  const raw = await Promise.all(
    recipients.map((to, index) => {
      const amount = amounts[index] as bigint
      const common = { ...FEES, chainId, nonce: first + index, type: 'eip1559' as const }
      if (index % 2 === 0) {
        return account.signTransaction({ ...common, to, value: amount, gas: TRANSFER_GAS })
      }
      const args = [to, amount] as const
      const data = encodeFunctionData({ abi: medTokenAbi, functionName: 'transfer', args })
      calldata.push(data)
      return account.signTransaction({ ...common, to: token, data, gas: CALL_GAS })
    }),
  )
  const hashes = await Promise.all(
    raw.map((serializedTransaction) => client.sendRawTransaction({ serializedTransaction })),
  )
  const receipts: TransactionReceipt[] = []
  for (const hash of hashes)
    receipts.push(await client.waitForTransactionReceipt({ hash, timeout: 120_000 }))
  return { receipts, recipients, calldata, amounts, raw }
}

/** Sends gas token to somebody else. */
export async function pay(user: User, to: Address, value: bigint): Promise<void> {
  const hash = await walletOf(user).sendTransaction({ to, value, chain: null })
  await user.client.waitForTransactionReceipt({ hash, timeout: 120_000 })
}

function walletOf({ account, url, client }: User) {
  return createWalletClient({ account, chain: client.chain, transport: http(url) })
}

function randomBelow(limit: bigint): bigint {
  return BigInt(generatePrivateKey()) % limit
}
