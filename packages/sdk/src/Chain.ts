import { dealBookAbi, medTokenAbi } from '@ambrosia/chain'
import { readDidVersions } from '@ambrosia/chain/read'
import { fromContractVersion } from '@ambrosia/credentials/DidMessage'
import { createResolver, type Resolvable } from '@ambrosia/credentials/Resolver'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  type Hex,
  http,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
} from 'viem'

/** A network as `network.json` describes it. */
export type NetworkView = {
  chainId: number
  rpcUrl: string
  contracts: Readonly<Record<string, Address>>
}

/** Reading and writing one network's chain. */
export type Chain = {
  chainId: number
  client: PublicClient
  contracts: {
    medToken: Address
    didRegistry: Address
    oracleRegistry: Address
    dealBook: Address
    consentBook: Address
    certificateVerifier: Address
    accessManager: Address
  }
  /** Simulates, sends and waits; the revert of a contract becomes an error with the contract's own code. */
  send(account: LocalAccount, call: Call): Promise<TransactionReceipt>
  resolver: Resolvable
}

const tokenErrors = medTokenAbi.filter((item) => item.type === 'error')

export type Call = {
  address: Address
  abi: readonly unknown[]
  functionName: string
  args: readonly unknown[]
}

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
  const contracts = Object.fromEntries(
    NAMES.map((name) => [name, contractOf(network, name)]),
  ) as Chain['contracts']
  return {
    chainId: network.chainId,
    client,
    contracts,
    send: async (account, call) => {
      const wallet = createWalletClient({ account, transport })
      try {
        const { request } = await client.simulateContract({
          account,
          ...(call as never as object),
          // A token's refusal comes through the exchange's call.
          abi: [...call.abi, ...tokenErrors],
        } as never)
        const hash = await wallet.writeContract({ ...(request as object), chain: null } as never)
        const receipt = await client.waitForTransactionReceipt({ hash })
        if (receipt.status !== 'success') throw new TransactionFailedError(hash)
        return receipt
      } catch (error) {
        throw toChainError(error)
      }
    },
    resolver: createResolver({
      readDidAmbrosia: async (chainId, id, atBlock) => {
        if (chainId !== BigInt(network.chainId)) return undefined
        const versions = await readDidVersions(
          client,
          contracts.didRegistry,
          id,
          atBlock ?? 'latest',
        )
        const last = versions.at(-1)
        return last ? fromContractVersion(last) : undefined
      },
    }),
  }
}

function contractOf(network: NetworkView, name: string): Address {
  const address = network.contracts[name]
  if (!address)
    throw new AmbrosiaError('Network.Incomplete', `network.json names no contract ${name}`)
  return address
}

/** Error by the name of a contract's custom error: `Chain.DealPaused`. */
export class RevertedError extends AmbrosiaError {
  constructor(name: string, args: readonly unknown[]) {
    super(`Chain.${name}`, `the contract refused: ${name}(${args.map(String).join(', ')})`)
  }
}

export class TransactionFailedError extends AmbrosiaError {
  constructor(hash: Hex) {
    super('Chain.TransactionFailed', `transaction ${hash} failed`)
  }
}

/** Turns what viem throws into an error of ours, without the URL of the node. */
export function toChainError(error: unknown): Error {
  if (error instanceof AmbrosiaError) return error
  if (error instanceof BaseError) {
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
    if (reverted instanceof ContractFunctionRevertedError) {
      const { data, reason } = reverted
      return data
        ? new RevertedError(data.errorName, data.args ?? [])
        : new RevertedError(reason ?? 'Reverted', [])
    }
    return new AmbrosiaError(
      'Chain.Unreachable',
      `the chain did not take the call: ${error.name}`,
      {
        hint: 'Check that the node runs and that the account has ether for gas.',
        cause: error,
      },
    )
  }
  return error instanceof Error ? error : new Error('unknown failure')
}

/** The name of the custom error in revert data, such as `CertificateExpired`. */
export function errorName(reason: Hex): string {
  try {
    return decodeErrorResult({ abi: [...dealBookAbi, ...medTokenAbi], data: reason }).errorName
  } catch {
    return `unknown ${reason.slice(0, 10)}`
  }
}
