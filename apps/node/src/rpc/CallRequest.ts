import type { Hex } from '@ambrosia/primitives/Bytes'
import { toAddress, toData, toHash, toObject, toQuantity, toSlot } from './params.ts'
import { invalidParams } from './RpcError.ts'

/** The transaction object of eth_call and its relatives. */
export type CallRequest = {
  from: Hex
  to: Hex | undefined
  gas: bigint | undefined
  gasPrice: bigint | undefined
  maxFeePerGas: bigint | undefined
  maxPriorityFeePerGas: bigint | undefined
  value: bigint
  data: Hex
  nonce: bigint | undefined
  accessList: readonly { address: Hex; storageKeys: readonly Hex[] }[] | undefined
  authorizationList: readonly Authorization[] | undefined
}

export type Authorization = {
  chainId: bigint
  address: Hex
  nonce: bigint
  yParity: bigint
  r: bigint
  s: bigint
}

/** What a call may change of the state before it runs. */
export type StateOverrides = ReadonlyMap<Hex, AccountOverride>
export type AccountOverride = {
  balance: bigint | undefined
  nonce: bigint | undefined
  code: Hex | undefined
  /** Replaces the whole storage. */
  state: ReadonlyMap<Hex, Hex> | undefined
  /** Replaces single slots. */
  stateDiff: ReadonlyMap<Hex, Hex> | undefined
}

/** What a call may change of the block that it runs in. */
export type BlockOverrides = {
  number?: bigint
  time?: bigint
  gasLimit?: bigint
  feeRecipient?: Hex
  prevRandao?: Hex
  baseFeePerGas?: bigint
}

const ZERO_ADDRESS: Hex = `0x${'00'.repeat(20)}`

/** Reads a call. @throws RpcError -32602 */
export function fromParams(value: unknown): CallRequest {
  const call = toObject(value, 'call')
  const optional = <T>(name: string, read: (value: unknown, name: string) => T): T | undefined => {
    const field = call[name]
    return field === undefined || field === null ? undefined : read(field, `call.${name}`)
  }
  const [data, input] = [optional('data', toData), optional('input', toData)]
  if (data !== undefined && input !== undefined && data !== input) {
    throw invalidParams(
      'both "data" and "input" are set and not equal. Please use "input" to pass transaction call data',
    )
  }
  const request: CallRequest = {
    from: optional('from', toAddress) ?? ZERO_ADDRESS,
    to: optional('to', toAddress),
    gas: optional('gas', toQuantity),
    gasPrice: optional('gasPrice', toQuantity),
    maxFeePerGas: optional('maxFeePerGas', toQuantity),
    maxPriorityFeePerGas: optional('maxPriorityFeePerGas', toQuantity),
    value: optional('value', toQuantity) ?? 0n,
    data: input ?? data ?? '0x',
    nonce: optional('nonce', toQuantity),
    accessList: optional('accessList', toAccessList),
    authorizationList: optional('authorizationList', toAuthorizations),
  }
  const hasNewFees =
    request.maxFeePerGas !== undefined || request.maxPriorityFeePerGas !== undefined
  if (request.gasPrice !== undefined && hasNewFees) {
    throw invalidParams('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  }
  return request
}

/** Reads state overrides. @throws RpcError -32602 */
export function toStateOverrides(value: unknown): StateOverrides {
  const overrides = new Map<Hex, AccountOverride>()
  if (value === undefined || value === null) return overrides
  for (const [address, entry] of Object.entries(toObject(value, 'state overrides'))) {
    const account = toObject(entry, 'state override')
    const read = <T>(name: string, to: (value: unknown, name: string) => T): T | undefined =>
      account[name] === undefined || account[name] === null ? undefined : to(account[name], name)
    if (account['state'] !== undefined && account['stateDiff'] !== undefined) {
      throw invalidParams('an account has both "state" and "stateDiff"')
    }
    overrides.set(toAddress(address, 'state override'), {
      balance: read('balance', toQuantity),
      nonce: read('nonce', toQuantity),
      code: read('code', toData),
      state: read('state', toSlots),
      stateDiff: read('stateDiff', toSlots),
    })
  }
  return overrides
}

/** Reads block overrides. @throws RpcError -32602 */
export function toBlockOverrides(value: unknown): BlockOverrides {
  if (value === undefined || value === null) return {}
  const block = toObject(value, 'block overrides')
  const result: BlockOverrides = {}
  if (block['number'] !== undefined) result.number = toQuantity(block['number'], 'number')
  if (block['time'] !== undefined) result.time = toQuantity(block['time'], 'time')
  if (block['gasLimit'] !== undefined) result.gasLimit = toQuantity(block['gasLimit'], 'gasLimit')
  const baseFee = block['baseFeePerGas'] ?? block['baseFee']
  if (baseFee !== undefined) result.baseFeePerGas = toQuantity(baseFee, 'baseFeePerGas')
  const recipient = block['feeRecipient'] ?? block['coinbase']
  if (recipient !== undefined) result.feeRecipient = toAddress(recipient, 'feeRecipient')
  const randao = block['prevRandao'] ?? block['random']
  if (randao !== undefined) result.prevRandao = toHash(randao, 'prevRandao')
  return result
}

function toSlots(value: unknown, name: string): ReadonlyMap<Hex, Hex> {
  const slots = new Map<Hex, Hex>()
  for (const [slot, word] of Object.entries(toObject(value, name))) {
    slots.set(toSlot(slot, name), toHash(word, name))
  }
  return slots
}

function toAccessList(value: unknown, name: string): CallRequest['accessList'] {
  if (!Array.isArray(value)) throw invalidParams(`${name}: expected a list`)
  return value.map((entry) => {
    const { address, storageKeys } = toObject(entry, name)
    if (!Array.isArray(storageKeys)) throw invalidParams(`${name}: expected storage keys`)
    return {
      address: toAddress(address, name),
      storageKeys: storageKeys.map((key) => toHash(key, name)),
    }
  })
}

function toAuthorizations(value: unknown, name: string): readonly Authorization[] {
  if (!Array.isArray(value)) throw invalidParams(`${name}: expected a list`)
  return value.map((entry) => {
    const item = toObject(entry, name)
    return {
      chainId: toQuantity(item['chainId'], name),
      address: toAddress(item['address'], name),
      nonce: toQuantity(item['nonce'], name),
      yParity: toQuantity(item['yParity'] ?? item['v'], name),
      r: toQuantity(item['r'], name),
      s: toQuantity(item['s'], name),
    }
  })
}
