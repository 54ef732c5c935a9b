import {
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  custom,
  encodeAbiParameters,
  type Hex,
  http,
  numberToHex,
  type PublicClient,
  parseAbi,
  RpcRequestError,
  toEventSelector,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'

/** The one event of the contract that `startMarks` deploys. */
export const marksAbi = parseAbi(['event Marked(uint256 value)'])

/** The first account of every development chain. */
export const firstAccount = mnemonicToAccount(
  'test test test test test test test test test test test junk',
)

/** Runtime code: calldatacopy(0, 0, calldatasize); log1(0, calldatasize, topic). */
function codeOf(eventTopic: Hex): Hex {
  const runtime = `365f5f37${`7f${eventTopic.slice(2)}`}365fa100`
  const size = (runtime.length / 2).toString(16).padStart(2, '0')
  return `0x60${size}600a5f3960${size}5ff3${runtime}` as Hex
}

/** Deploys a contract that logs what it is called with. */
export async function startMarks(rpcUrl: string) {
  const transport = http(rpcUrl)
  const client = createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 })
  const wallet = createWalletClient({ account: firstAccount, transport })
  const data = codeOf(toEventSelector('event Marked(uint256 value)'))
  const hash = await wallet.sendTransaction({ data, chain: null })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash })
  const address = contractAddress as Address
  const mark = async (value: bigint) => {
    const encoded = encodeAbiParameters([{ type: 'uint256' }], [value])
    const sent = await wallet.sendTransaction({ to: address, data: encoded, chain: null })
    return await client.waitForTransactionReceipt({ hash: sent })
  }
  const test = createTestClient({ mode: 'anvil', transport })
  return { rpcUrl, client, address, mark, test }
}

/** A client of a node that answers logs of at most that many blocks, as public nodes do. */
export function limitedClient(
  rpcUrl: string,
  blocks: bigint,
  onQuery: (blocks: bigint) => void = () => {},
): PublicClient {
  const inner = createPublicClient({ transport: http(rpcUrl), cacheTime: 0 })
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    if (method === 'eth_getLogs') {
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: Hex; toBlock: Hex }]
      const asked = BigInt(toBlock) - BigInt(fromBlock) + 1n
      onQuery(asked)
      if (asked > blocks) {
        const message = `query exceeds max block range ${numberToHex(blocks)}`
        throw new RpcRequestError({ body: {}, error: { code: -32_005, message }, url: rpcUrl })
      }
    }
    return await inner.request({ method, params } as Parameters<typeof inner.request>[0])
  }
  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 })
}
