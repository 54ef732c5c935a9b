import type { Address, Hex, PublicClient } from 'viem'
import { dealBookAbi, didRegistryAbi, oracleRegistryAbi } from './abi/index.ts'

/** What this package reads from the chain; the client is an argument, so node, browser and test bring their own. */
export type Reader = Pick<PublicClient, 'getContractEvents' | 'readContract'>

/** A did:ambrosia document as it stood at a block. */
export type DidVersion = {
  controller: Address
  verificationMethods: readonly { fragment: string; purposes: number; multikey: Hex }[]
  services: readonly { fragment: string; serviceType: string; endpoint: string }[]
  /** Block of the change that made this version. */
  versionBlock: bigint
  version: number
  deactivated: boolean
}

/** Every version of a DID up to a block, oldest first, by one log query. */
export async function readDidVersions(
  client: Reader,
  didRegistry: Address,
  id: Hex,
  toBlock: bigint | 'latest' = 'latest',
): Promise<DidVersion[]> {
  const logs = await client.getContractEvents({
    address: didRegistry,
    abi: didRegistryAbi,
    eventName: 'DidDocumentChanged',
    args: { id },
    fromBlock: 0n,
    toBlock,
    strict: true,
  })
  return logs.map(({ args, blockNumber }) => ({
    controller: args.document.controller,
    verificationMethods: args.document.verificationMethods,
    services: args.document.services,
    versionBlock: blockNumber,
    version: args.version,
    deactivated: args.deactivated,
  }))
}

/** A deal as it was created: its terms, and the salt of its id. */
export type CreatedDeal = {
  dealId: Hex
  terms: DealTermsOnChain
  salt: Hex
  budget: bigint
  blockNumber: bigint
}

/** DealTerms as viem decodes them. */
export type DealTermsOnChain = {
  consumer: Address
  token: Address
  criteriaHash: Hex
  agreementHash: Hex
  purpose: Hex
  tiers: readonly { minimumScore: number; price: bigint }[]
  maximumRecords: number
  perPersonCap: number
  commissionCapBps: number
  certificateLife: number
  deliveryWindow: number
  retentionEnd: bigint
  verifier: Address
  oracles: readonly Address[]
  quorum: number
  stores: readonly Address[]
  validatorHash: Hex
  expiry: bigint
}

/** The deal of an id, or undefined. */
export async function readDeal(
  client: Reader,
  dealBook: Address,
  dealId: Hex,
): Promise<CreatedDeal | undefined> {
  const [log] = await client.getContractEvents({
    address: dealBook,
    abi: dealBookAbi,
    eventName: 'DealCreated',
    args: { dealId },
    fromBlock: 0n,
    toBlock: 'latest',
    strict: true,
  })
  if (!log) return undefined
  const { args, blockNumber } = log
  return { dealId, terms: args.terms, salt: args.salt, budget: args.budget, blockNumber }
}

/** State names in the order of the contract's enumeration. */
export const DEAL_STATES = ['None', 'Active', 'Paused', 'Completed', 'Closed', 'Expired'] as const
export type DealState = (typeof DEAL_STATES)[number]

/** What the chain keeps of a deal. Money in the token's smallest unit, times in seconds. */
export type DealStatus = {
  state: DealState
  available: bigint
  records: number
  stoppedAtSec: number
}

export async function readDealStatus(
  client: Reader,
  dealBook: Address,
  dealId: Hex,
): Promise<DealStatus> {
  const deal = await client.readContract({
    address: dealBook,
    abi: dealBookAbi,
    functionName: 'dealOf',
    args: [dealId],
  })
  return {
    state: DEAL_STATES[deal.state] as DealState,
    available: deal.available,
    records: deal.records,
    stoppedAtSec: deal.stoppedAt,
  }
}

/** State names in the order of the contract's enumeration. */
export const ORACLE_STATUSES = ['None', 'Registered', 'Active', 'Suspended', 'Left'] as const

/** An oracle as the registry lists it. */
export type RegisteredOracle = {
  operator: Address
  status: (typeof ORACLE_STATUSES)[number]
  signer: Address
  endpoint: string
  encryptionKey: Hex
  epoch: bigint
  commissionBps: number
}

export async function readOracle(
  client: Reader,
  oracleRegistry: Address,
  operator: Address,
): Promise<RegisteredOracle> {
  const oracle = await client.readContract({
    address: oracleRegistry,
    abi: oracleRegistryAbi,
    functionName: 'oracleOf',
    args: [operator],
  })
  return {
    operator,
    status: ORACLE_STATUSES[oracle.status] as RegisteredOracle['status'],
    signer: oracle.signer,
    endpoint: oracle.endpoint,
    encryptionKey: oracle.encryptionKey,
    epoch: oracle.epoch,
    commissionBps: oracle.commissionBps,
  }
}

/** Every operator in the order of registration. */
export async function readOperators(
  client: Reader,
  oracleRegistry: Address,
): Promise<readonly Address[]> {
  return await client.readContract({
    address: oracleRegistry,
    abi: oracleRegistryAbi,
    functionName: 'operators',
  })
}

/** Every deal, oldest first. */
export async function readDeals(client: Reader, dealBook: Address): Promise<CreatedDeal[]> {
  const logs = await client.getContractEvents({
    address: dealBook,
    abi: dealBookAbi,
    eventName: 'DealCreated',
    fromBlock: 0n,
    toBlock: 'latest',
    strict: true,
  })
  return logs.map(({ args, blockNumber }) => ({
    dealId: args.dealId,
    terms: args.terms,
    salt: args.salt,
    budget: args.budget,
    blockNumber,
  }))
}
