import { concat, fromHex, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { accountOf, CHAIN_ID } from './chains.ts'

/** A generator of numbers that depends on a seed alone. */
export function createRandom(seed: string) {
  let counter = 0
  const next = (limit: number): number => {
    const bytes = sha256(new TextEncoder().encode(`${seed} ${counter++}`))
    return Number(BigInt(toHex(bytes.subarray(0, 7))) % BigInt(limit))
  }
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T
  const bytes = (size: number) => {
    const parts: Uint8Array[] = []
    for (let at = 0; at < size; at += 32) {
      parts.push(sha256(new TextEncoder().encode(`${seed} ${counter++}`)))
    }
    return concat(...parts).slice(0, size)
  }
  return { next, pick, bytes }
}
export type Random = ReturnType<typeof createRandom>

const contract = (index: number): Hex => toHex(fromUint(0xc0000 + index, 20))

/** Contracts of the test chain: what each does, in its code. */
export const CONTRACTS = {
  /** Slot = first word, value = second. */
  store: { address: contract(1), code: '6020355f355500' },
  /** Stores, then reverts. */
  revert: { address: contract(2), code: '6020355f35555f5ffd' },
  /** Logs its input under its first two words. */
  log: { address: contract(3), code: '365f5f376020355f35365fa200' },
  /**
   * Calls the account in its first word with the rest; stores success and the hash of what came
   * back.
   */
  probe: {
    address: contract(4),
    code: '6020360360205f375f5f602036035f5f355afa5f35553d5f5f3e3d5f205f356001015500',
  },
  /** Creates a contract of its input by CREATE2, under its first word as salt. */
  create: { address: contract(5), code: '365f5f375f35365f34f5805500' },
  /** Destroys itself, to the caller. */
  destroy: { address: contract(6), code: '33ff' },
  /** Stores the hash of the block this many blocks before. */
  blockhash: { address: contract(7), code: '5f35430340435500' },
  /** Stores the anchor of its own block (EIP-4788). */
  anchor: {
    address: contract(8),
    code: `425f5260205f60205f73000f3df6d732807ef1319fb7b8bb8522d0beac025afa5f5143015500`,
  },
  /** CLZ of its first word by way of transient storage and MCOPY. */
  newest: { address: contract(9), code: '5f351e5f5d5f5c5f5260205f60205e602051435500' },
  /**
   * Calls the account in its first word with its value and half of the gas, then by DELEGATECALL
   * with the rest of its input.
   */
  forward: {
    address: contract(10),
    code: '5f5f5f5f345f3560025a04f143556020360360205f375f5f602036035f5f355af4436001015500',
  },
  /** Never ends. */
  loop: { address: contract(11), code: '5b5f56' },
  invalid: { address: contract(12), code: 'fe' },
} as const

export type ContractName = keyof typeof CONTRACTS

/** The allocation of those contracts, each with some storage to overwrite and delete. */
export function contractAlloc(): Genesis['alloc'] {
  return Object.fromEntries(
    Object.values(CONTRACTS).map(({ address, code }) => [
      address,
      {
        balance: '0x10',
        nonce: '0x1',
        code: `0x${code}`,
        storage: Object.fromEntries(
          Array.from({ length: 8 }, (_, i) => [
            toHex(fromUint(i, 32)),
            toHex(fromUint(i * 7 + 1, 32)),
          ]),
        ),
      },
    ]),
  )
}

/**
 * Init codes: two that deploy, one that destroys itself, one that reverts, one whose code may not
 * stand (EIP-3541), none.
 */
const INIT_CODES: readonly Hex[] = [
  '0x6160005f52600260' + '1ef3',
  '0x69602035600035555f5f0060' + '005260096017f3',
  '0x33ff',
  '0x5f5ffd',
  '0x60ef5f5360015ff3',
  '0x',
].map((code) => (code.length % 2 === 0 ? code : `${code}0`)) as Hex[]

const PRECOMPILES = [...Array.from({ length: 17 }, (_, i) => i + 1), 0x100]

/** State of the accounts as far as the generator needs it. */
export type Senders = { nonces: number[] }

const word = (value: number | bigint) => fromUint(value, 32)

function callOf(random: Random): { to: Hex; data: Uint8Array; value: bigint } {
  const name = random.pick(Object.keys(CONTRACTS) as ContractName[])
  const { address: to } = CONTRACTS[name]
  const value = BigInt(random.next(3))
  const slots = concat(word(random.next(10)), word(random.next(3) * random.next(1000)))
  const target = fromHex(random.pick(Object.values(CONTRACTS)).address)
  const inputs: Partial<Record<ContractName, () => Uint8Array>> = {
    probe: () => concat(word(random.pick(PRECOMPILES)), precompileInput(random)),
    create: () => concat(fromHex(random.pick(INIT_CODES)), random.bytes(random.next(40))),
    blockhash: () => word(random.next(12)),
    forward: () => concat(new Uint8Array(12), target, slots),
  }
  return { to, value, data: (inputs[name] ?? (() => slots))() }
}

function precompileInput(random: Random): Uint8Array {
  const size = random.pick([0, 1, 32, 64, 96, 128, 160, 192, 213, 256, 288, 384])
  // Zeros are points and small numbers, so that some inputs are valid.
  return random.next(2) === 0 ? new Uint8Array(size) : random.bytes(size)
}

/** One signed transaction, valid or not; `senders` follows those that should be valid. */
async function randomTransaction(random: Random, senders: Senders, baseFee: bigint): Promise<Hex> {
  const index = random.next(senders.nonces.length)
  const account = accountOf(index)
  const fault = random.next(12)
  const nonce = (senders.nonces[index] as number) + (fault === 0 ? 1 : 0)
  const kind = random.next(10)
  const { to, data, value } =
    kind < 3
      ? { to: accountOf(100 + random.next(20)).address, data: new Uint8Array(), value: 5n }
      : kind === 3
        ? { to: null, data: fromHex(random.pick(INIT_CODES)), value: 0n }
        : callOf(random)
  const gas = fault === 1 ? 20_999n : BigInt(random.pick([60_000, 120_000, 250_000, 400_000]))
  const maxFeePerGas = fault === 2 ? baseFee - 1n : baseFee * 2n
  const chainId = fault === 3 ? CHAIN_ID + 1 : CHAIN_ID
  const amount = fault === 4 ? 10n ** 22n : value
  const common = { chainId, nonce, to: to as Hex | null, gas, value: amount, data: toHex(data) }
  const accessList = [{ address: CONTRACTS.store.address, storageKeys: [toHex(word(1))] }]
  const isValid = fault > 4
  const type = to === null ? random.next(3) : random.next(4)
  if (isValid) senders.nonces[index] = nonce + 1
  if (type === 0)
    return account.signTransaction({ ...common, type: 'legacy', gasPrice: maxFeePerGas })
  if (type === 1) {
    return account.signTransaction({
      ...common,
      type: 'eip2930',
      gasPrice: maxFeePerGas,
      accessList,
    })
  }
  const fees = { maxFeePerGas, maxPriorityFeePerGas: maxFeePerGas / 4n }
  if (type === 2)
    return account.signTransaction({ ...common, type: 'eip1559', ...fees, accessList })
  const authority = random.next(senders.nonces.length)
  const authorization = await accountOf(authority).signAuthorization({
    chainId: random.pick([0, CHAIN_ID, CHAIN_ID + 1]),
    address: random.pick([
      CONTRACTS.store.address,
      CONTRACTS.log.address,
      toHex(new Uint8Array(20)),
    ]),
    // The sender's own nonce has moved on by then.
    nonce: senders.nonces[authority] as number,
  })
  const applies = authorization.chainId === 0 || authorization.chainId === CHAIN_ID
  if (isValid && applies) senders.nonces[authority] = (senders.nonces[authority] as number) + 1
  return account.signTransaction({
    ...common,
    type: 'eip7702',
    ...fees,
    authorizationList: [authorization],
  } as never)
}

/** Candidates of one block. */
export async function randomCandidates(
  random: Random,
  senders: Senders,
  baseFee: bigint,
  count: number,
): Promise<Uint8Array[]> {
  const raw: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const transaction = fromHex(await randomTransaction(random, senders, baseFee))
    const isDamaged = random.next(40) === 0
    raw.push(isDamaged ? transaction.subarray(0, transaction.length - 1) : transaction)
  }
  return raw
}

/** Deposits of one block. */
export function randomWithdrawals(random: Random, first: number) {
  return Array.from({ length: random.next(4) }, (_, i) => ({
    index: first + i,
    address: accountOf(100 + random.next(20)).address.toLowerCase() as Hex,
    amountGwei: BigInt(random.next(1000)),
  }))
}
