import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, getAddress, isAddress } from 'viem'
import type { Finality } from './finality.ts'

/**
 * A network as `network.json` in its home describes it: what services, clients and scripts go by.
 */
export type Network = {
  version: 1
  chainId: number
  rpcUrl: string
  /**
   * Addresses by contract name; the first letter may be upper case in the file and is lower case
   * here.
   */
  contracts: Readonly<Record<string, Address>>
  services: { issuer?: string; store?: string; oracles: readonly string[] }
  /** Block in which the first contract was deployed. Default 0. */
  deployedAtBlock?: number
  /** Blocks until a block counts as final, from 1, or the chain's own `finalized` tag. */
  confirmations: number | 'finalized'
}

/**
 * The network of the text of a `network.json`.
 * @throws Network.Invalid that names the member, never a value: a URL may hold a key
 */
export function parse(text: string): Network {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InvalidError('its JSON')
  }
  return fromJson(value)
}

/** @throws Network.Invalid that names the member */
export function fromJson(value: unknown): Network {
  if (typeof value !== 'object' || value === null) throw new InvalidError('its top')
  const network = value as Partial<Network>
  if (network.version !== 1) throw new InvalidError('version')
  if (!Number.isSafeInteger(network.chainId) || (network.chainId as number) < 1) {
    throw new InvalidError('chainId')
  }
  if (typeof network.rpcUrl !== 'string' || !URL.canParse(network.rpcUrl)) {
    throw new InvalidError('rpcUrl')
  }
  const { confirmations } = network
  const isCount = Number.isSafeInteger(confirmations) && (confirmations as number) >= 1
  if (confirmations !== 'finalized' && !isCount) throw new InvalidError('confirmations')
  const { deployedAtBlock = 0 } = network
  if (!Number.isSafeInteger(deployedAtBlock) || deployedAtBlock < 0) {
    throw new InvalidError('deployedAtBlock')
  }
  const contracts: Record<string, Address> = {}
  for (const [name, address] of Object.entries(network.contracts ?? {})) {
    if (typeof address !== 'string' || !isAddress(address, { strict: false })) {
      // Only what is a name is repeated.
      throw new InvalidError(/^\w{1,40}$/.test(name) ? `contracts.${name}` : 'contracts')
    }
    contracts[nameOf(name)] = getAddress(address)
  }
  return { ...(network as Network), contracts, services: servicesOf(network.services) }
}

function servicesOf(value: Partial<Network['services']> = {}): Network['services'] {
  if (typeof value !== 'object' || value === null) throw new InvalidError('services')
  const { issuer, store, oracles = [] } = value
  if (issuer !== undefined && !isUrl(issuer)) throw new InvalidError('services.issuer')
  if (store !== undefined && !isUrl(store)) throw new InvalidError('services.store')
  if (!Array.isArray(oracles) || !oracles.every(isUrl)) throw new InvalidError('services.oracles')
  return { ...value, oracles }
}

/** http or https, without a slash at its end, to which paths are added. */
function isUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value) || value.endsWith('/')) return false
  return /^https?:$/.test(new URL(value).protocol)
}

/** The address of a contract. @throws Network.Invalid when the network does not name it */
export function contractOf(network: Pick<Network, 'contracts'>, name: string): Address {
  const key = nameOf(name)
  const address = Object.hasOwn(network.contracts, key) ? network.contracts[key] : undefined
  if (address === undefined) throw new InvalidError(`contracts.${name}`)
  return address
}

/** The first block with events of this network. */
export function fromBlockOf(network: Pick<Network, 'deployedAtBlock'>): bigint {
  return BigInt(network.deployedAtBlock ?? 0)
}

/** When a block of this network is final. Production waits for the chain's own finality. */
export function finalityOf(network: Network, mode: 'development' | 'production'): Finality {
  if (network.confirmations === 'finalized') return { kind: 'finalized' }
  if (mode === 'production') throw new InvalidError('confirmations (production needs "finalized")')
  return { kind: 'blocks', count: network.confirmations }
}

/** `DealBook` and `dealBook` are one name. */
function nameOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

export class InvalidError extends AmbrosiaError {
  constructor(path: string) {
    super('Network.Invalid', `the network file is wrong or incomplete at ${path}`, {
      details: { path },
    })
  }
}
