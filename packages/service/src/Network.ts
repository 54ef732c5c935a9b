import { readFileSync } from 'node:fs'
import type { Finality } from '@ambrosia/chain/finality'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, getAddress, isAddress } from 'viem'

/** The network a service works in: `network.json` in the home. */
export type Network = {
  version: 1
  chainId: number
  rpcUrl: string
  /** Addresses by contract name; the first letter may be upper case in the file and is lower case here. */
  contracts: Readonly<Record<string, Address>>
  services: { issuer?: string; store?: string; oracles: readonly string[] }
  /** Block in which the first contract was deployed. Default 0. */
  deployedAtBlock?: number
  /** Blocks until a block counts as final, from 1, or the chain's own `finalized` tag. */
  confirmations: number | 'finalized'
}

/** @throws Network.Unreadable, Network.Invalid */
export function read(path: string): Network {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new UnreadableError(path)
  }
  return parse(value)
}

/** @throws Network.Invalid that names the member */
export function parse(value: unknown): Network {
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
      throw new InvalidError(`contracts.${name}`)
    }
    contracts[nameOf(name)] = getAddress(address)
  }
  const services = { oracles: [], ...network.services }
  return { ...(network as Network), contracts, services }
}

/** The address of a contract. @throws Network.Invalid when the network does not name it */
export function contractOf(network: Network, name: string): Address {
  const key = nameOf(name)
  const address = Object.hasOwn(network.contracts, key) ? network.contracts[key] : undefined
  if (address === undefined) throw new InvalidError(`contracts.${name}`)
  return address
}

/** The first block with events of this network. */
export function fromBlockOf(network: Network): bigint {
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

export class UnreadableError extends AmbrosiaError {
  constructor(path: string) {
    super('Network.Unreadable', `the network file ${path} is absent or no JSON`, {
      details: { path },
      hint: 'Start a network with ./ambrosia up, or set AMBROSIA_NETWORK_FILE.',
    })
  }
}

export class InvalidError extends AmbrosiaError {
  constructor(path: string) {
    super('Network.Invalid', `the network file is wrong or incomplete at ${path}`, {
      details: { path },
    })
  }
}
