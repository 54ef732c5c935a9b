import { contractOf, fromBlockOf, type Network } from '@ambrosia/chain/Network'
import { readDidVersions } from '@ambrosia/chain/read/identity'
import { type Call, send } from '@ambrosia/chain/send'
import { fromContractVersion } from '@ambrosia/credentials/DidMessage'
import { createResolver, type Resolvable } from '@ambrosia/credentials/Resolver'
import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  http,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
} from 'viem'

/** What of a network the chain needs. */
export type NetworkView = Pick<Network, 'chainId' | 'rpcUrl' | 'contracts' | 'deployedAtBlock'>

/** Reading and writing one network's chain. */
export type Chain = {
  chainId: number
  client: PublicClient
  /** First block with events of this network. */
  fromBlock: bigint
  contracts: {
    medToken: Address
    didRegistry: Address
    oracleRegistry: Address
    dealBook: Address
    consentBook: Address
    certificateVerifier: Address
    accessManager: Address
    /** Judge of certificates by the network's quorum, where oracles are staked. */
    networkCertificateVerifier?: Address
  }
  /**
   * Simulates, sends and waits; the revert of a contract becomes an error with the contract's own
   * code.
   */
  send: Send
  resolver: Resolvable
}

type Writing = 'nonpayable' | 'payable'
type Send = <
  const abi extends Abi | readonly unknown[],
  functionName extends ContractFunctionName<abi, Writing>,
  const args extends ContractFunctionArgs<abi, Writing, functionName>,
>(
  account: LocalAccount,
  call: Call<abi, functionName, args>,
) => Promise<TransactionReceipt>

const NAMES = [
  'medToken',
  'didRegistry',
  'oracleRegistry',
  'dealBook',
  'consentBook',
  'certificateVerifier',
  'accessManager',
] as const

export function createChain(network: NetworkView): Chain {
  const transport = http(network.rpcUrl, { timeout: 15_000 })
  const client = createPublicClient({ transport, cacheTime: 0, pollingInterval: 50 })
  const staked = Object.hasOwn(network.contracts, 'networkCertificateVerifier')
  const names = [...NAMES, ...(staked ? (['networkCertificateVerifier'] as const) : [])]
  const contracts = Object.fromEntries(
    names.map((name) => [name, contractOf(network, name)]),
  ) as Chain['contracts']
  const fromBlock = fromBlockOf(network)
  return {
    chainId: network.chainId,
    client,
    fromBlock,
    contracts,
    send: (account, call) => send(client, account, call),
    resolver: createResolver({
      readDidAmbrosia: async (chainId, id, atBlock) => {
        if (chainId !== BigInt(network.chainId)) return undefined
        const didRegistry = { address: contracts.didRegistry, fromBlock }
        const versions = await readDidVersions(client, didRegistry, id, atBlock)
        const last = versions.at(-1)
        return last ? fromContractVersion(last) : undefined
      },
    }),
  }
}
