import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  type Abi,
  type Account,
  type Address,
  type Chain,
  encodeFunctionData,
  getAbiItem,
  type Hash,
  type PublicClient,
  type Transport,
  toFunctionSelector,
  type WalletClient,
} from 'viem'
import type { Artifacts } from './Artifact.ts'
import { accessManagerAbi } from './abi/access/index.generated.ts'
import { certificateVerifierAbi, dealBookAbi } from './abi/exchange/index.generated.ts'
import { didRegistryAbi } from './abi/identity/index.generated.ts'
import { oraclePowerAbi, oracleRegistryAbi } from './abi/oracle/index.generated.ts'
import { medTokenAbi } from './abi/token/index.generated.ts'

const abis: Readonly<Record<string, Abi>> = {
  accessManager: accessManagerAbi,
  medToken: medTokenAbi,
  didRegistry: didRegistryAbi,
  oraclePower: oraclePowerAbi,
  oracleRegistry: oracleRegistryAbi,
  certificateVerifier: certificateVerifierAbi,
  dealBook: dealBookAbi,
}

/** Addresses of one deployment. */
export type Addresses = {
  accessManager: Address
  medToken: Address
  didRegistry: Address
  oracleRegistry: Address
  dealBook: Address
  consentBook: Address
  certificateVerifier: Address
  oraclePower: Address
}

/** Roles of the AccessManager; the numbers are fixed for every deployment. */
export const roles = {
  /** Admits and suspends oracle operators. */
  oracleAdmission: 1n,
  /** Allows tokens for deals to come. */
  tokenListing: 2n,
  /** Chooses where the power of oracles is read from. */
  oraclePower: 3n,
} as const

/** Whole supply of MED unless another is given: 1,000,000,000 with 18 decimals. */
const defaultSupply = 1_000_000_000n * 10n ** 18n

export type DeployOptions = {
  walletClient: WalletClient<Transport, Chain | undefined, Account>
  publicClient: PublicClient
  artifacts: Artifacts
  /** True allows deals with a quorum of one. */
  development: boolean
  /** Holder of the whole MED supply; the deployer unless given. In development this is the faucet. */
  tokenHolder?: Address
  /** Supply of MED in its smallest unit. */
  supply?: bigint
  /** Accounts that get the roles; the deployer unless given. */
  roleHolders?: Partial<Record<keyof typeof roles, Address>>
  /** Administrator of the AccessManager in the end; the deployer unless given, and then the deployer keeps no role. */
  admin?: Address
  progress?: (progress: { done: number; total: number; unit: string; name: string }) => void
}

/**
 * Deploys every contract, wires the roles and allows MED for deals. Works on any Ethereum; transactions go one by one, in a fixed order.
 * @throws {DeploymentError} when a transaction reverts.
 */
export async function deploy(options: DeployOptions): Promise<Addresses> {
  const { walletClient, publicClient, artifacts, progress } = options
  const account = walletClient.account
  const total = 15 + countHandOver(options)
  let done = 0

  async function confirm(name: string, hash: Hash) {
    const receipt = await publicClient.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new DeploymentError(name, hash)
    done += 1
    progress?.({ done, total, unit: 'transactions', name })
    return receipt
  }
  async function create(name: string, args: readonly unknown[]): Promise<Address> {
    const { bytecode } = artifacts[name]!
    const hash = await walletClient.deployContract({
      abi: abis[name]!,
      bytecode,
      args,
      account,
      chain: walletClient.chain ?? null,
    })
    const { contractAddress } = await confirm(name, hash)
    return contractAddress!
  }
  async function call(name: string, to: Address, data: `0x${string}`): Promise<void> {
    const chain = walletClient.chain ?? null
    await confirm(name, await walletClient.sendTransaction({ account, chain, to, data }))
  }

  const accessManager = await create('accessManager', [account.address])
  const medToken = await create('medToken', [
    options.tokenHolder ?? account.address,
    options.supply ?? defaultSupply,
  ])
  const didRegistry = await create('didRegistry', [])
  const oraclePower = await create('oraclePower', [])
  const oracleRegistry = await create('oracleRegistry', [accessManager, oraclePower])
  const certificateVerifier = await create('certificateVerifier', [oracleRegistry])
  const dealBook = await create('dealBook', [accessManager, options.development])
  const consentBook = await publicClient.readContract({
    address: dealBook,
    abi: dealBookAbi,
    functionName: 'consentBook',
  })

  const manage = (functionName: 'setTargetFunctionRole' | 'grantRole', args: readonly unknown[]) =>
    call(
      functionName,
      accessManager,
      encodeFunctionData({ abi: accessManagerAbi, functionName, args: args as never }),
    )
  const selector = (abi: readonly unknown[], name: string) =>
    toFunctionSelector(getAbiItem({ abi: abi as typeof dealBookAbi, name: name as 'settle' }))

  const admission = ['admit', 'suspend'].map((name) => selector(oracleRegistryAbi, name))
  await manage('setTargetFunctionRole', [oracleRegistry, admission, roles.oracleAdmission])
  const power = [selector(oracleRegistryAbi, 'setPower')]
  await manage('setTargetFunctionRole', [oracleRegistry, power, roles.oraclePower])
  const listing = [selector(dealBookAbi, 'setTokenAllowed')]
  await manage('setTargetFunctionRole', [dealBook, listing, roles.tokenListing])

  // The deployer lists MED first, then the roles go to whom they belong.
  await manage('grantRole', [roles.tokenListing, account.address, 0])
  await call(
    'setTokenAllowed',
    dealBook,
    encodeFunctionData({
      abi: dealBookAbi,
      functionName: 'setTokenAllowed',
      args: [medToken, true],
    }),
  )
  for (const role of ['oracleAdmission', 'oraclePower', 'tokenListing'] as const) {
    const holder = options.roleHolders?.[role] ?? account.address
    await manage('grantRole', [roles[role], holder, 0])
  }
  await handOver({ ...options, accessManager, call })
  return {
    accessManager,
    medToken,
    didRegistry,
    oracleRegistry,
    dealBook,
    consentBook,
    certificateVerifier,
    oraclePower,
  }
}

/** The roles that the deployer gives away in the end. */
function givenAway(options: DeployOptions): { admin: Address | undefined; listing: boolean } {
  const deployer = options.walletClient.account.address.toLowerCase()
  const listing = (options.roleHolders?.tokenListing ?? deployer).toLowerCase() !== deployer
  const admin = (options.admin ?? deployer).toLowerCase() === deployer ? undefined : options.admin
  return { admin, listing }
}

function countHandOver(options: DeployOptions): number {
  const { admin, listing } = givenAway(options)
  return (listing ? 1 : 0) + (admin === undefined ? 0 : 2)
}

/** Takes from the deployer every role that belongs to somebody else. */
async function handOver(
  options: DeployOptions & {
    accessManager: Address
    call: (name: string, to: Address, data: `0x${string}`) => Promise<void>
  },
): Promise<void> {
  const deployer = options.walletClient.account.address
  const { admin, listing } = givenAway(options)
  const manage = async (functionName: 'grantRole' | 'renounceRole', args: readonly unknown[]) => {
    const data = encodeFunctionData({ abi: accessManagerAbi, functionName, args: args as never })
    await options.call(functionName, options.accessManager, data)
  }
  if (listing) await manage('renounceRole', [roles.tokenListing, deployer])
  if (admin !== undefined) {
    await manage('grantRole', [0n, admin, 0])
    await manage('renounceRole', [0n, deployer])
  }
}

export class DeploymentError extends AmbrosiaError {
  constructor(name: string, transactionHash: Hash) {
    super('Contracts.DeploymentReverted', `deployment step ${name} reverted`, {
      hint: 'check that the account is funded and the chain runs the Prague rules or later',
      details: { transactionHash },
    })
  }
}
