import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { decodeRefusal } from '@ambrosia/chain/errors'
import { pack } from '@ambrosia/exchange/PackedSettlement'
import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import { makeSettlement } from '@ambrosia/testing/makeSettlement'
import { startExchange } from '@ambrosia/testing/startExchange'
import { newAccount } from '@ambrosia/testing/values'
import {
  type Abi,
  type AbiParameter,
  type Address,
  BaseError,
  encodeFunctionData,
  type Hex,
} from 'viem'
import type { Boundary } from '../Boundary.ts'
import type { Chance } from '../Chance.ts'

type Call = { to: Address; data: Uint8Array }

/**
 * Calls of the contracts of the exchange with their words changed: taken, or reverted by an error
 * that the contracts declare. A panic would be a fault that nobody thought of.
 */
export const contractCalls: Boundary = {
  name: 'contractCalls',
  smallCases: 400,
  limitMs: 20_000,
  open: async () => {
    const ends: (() => void | Promise<void>)[] = []
    const exchange = await startExchange({ after: (end) => void ends.push(end) })
    const deal = await exchange.openNewDeal()
    const { settlement } = await makeSettlement(exchange, deal)
    const { contracts, chain } = exchange
    const call = (to: Address, abi: Abi, functionName: string, args: readonly unknown[]): Call => ({
      to,
      data: fromHex(encodeFunctionData({ abi, functionName, args })),
    })
    const calls = [
      call(contracts.dealBook, dealBookAbi, 'settle', [
        deal.terms,
        deal.salt,
        [pack(settlement)],
        '0x',
        true,
      ]),
      call(contracts.dealBook, dealBookAbi, 'createDeal', [deal.terms, deal.salt, 10n ** 20n]),
      call(contracts.dealBook, dealBookAbi, 'dealOf', [deal.dealId]),
      ...blankCalls(contracts.dealBook, dealBookAbi),
      ...blankCalls(contracts.consentBook, consentBookAbi),
      ...blankCalls(contracts.oracleRegistry, oracleRegistryAbi),
    ]
    return {
      feed: async (chance) => {
        const { to, data } = chance.pick(calls)
        const changed = chance.once(10) ? data : changeWords(data, chance)
        const account = chance.pick([exchange.consumer.address, newAccount().address])
        try {
          await chain.client.call({ account, to, data: toHex(changed), gas: 20_000_000n })
          return 'taken'
        } catch (error) {
          return nameOf(error)
        }
      },
      close: async () => {
        for (const end of ends) await end()
      },
    }
  },
}

/**
 * Each function that an ABI has, with arguments that are zero: what is changed then is its words.
 */
function blankCalls(to: Address, abi: Abi): Call[] {
  return abi.flatMap((entry) => {
    if (entry.type !== 'function') return []
    const { name: functionName, inputs } = entry
    const args = inputs.map(blankOf)
    return [{ to, data: fromHex(encodeFunctionData({ abi: [entry], functionName, args })) }]
  })
}

type Parameter = AbiParameter & { components?: readonly AbiParameter[] }

function blankOf(parameter: Parameter): unknown {
  const { type, components = [] } = parameter
  if (type.endsWith('[]')) return [blankOf({ ...parameter, type: type.slice(0, -2) })]
  if (type === 'tuple')
    return Object.fromEntries(components.map((one) => [one.name ?? '', blankOf(one)]))
  if (type === 'bool') return true
  if (type === 'address') return `0x${'00'.repeat(20)}`
  if (type === 'bytes') return '0x00'
  if (type === 'string') return 'x'
  if (type.startsWith('bytes')) return `0x${'00'.repeat(Number(type.slice(5)))}`
  return Number(type.replace(/\D/g, '')) > 48 ? 1n : 1
}

const WORD_BYTES = 32

/** One to four words of the arguments replaced, or the end cut off or filled. */
function changeWords(data: Uint8Array, chance: Chance): Uint8Array {
  const changed = data.slice()
  const words = Math.floor((data.length - 4) / WORD_BYTES)
  if (words === 0 || chance.once(20)) return data.slice(0, chance.below(data.length + 1))
  for (let count = 1 + chance.below(4); count > 0; count--) {
    const at = 4 + chance.below(words) * WORD_BYTES
    changed.set(wordOf(changed, at, chance), at)
  }
  return changed
}

function wordOf(data: Uint8Array, at: number, chance: Chance): Uint8Array {
  const word = data.slice(at, at + WORD_BYTES)
  const last = WORD_BYTES - 1
  return chance.pick([
    () => new Uint8Array(WORD_BYTES),
    () => new Uint8Array(WORD_BYTES).fill(0xff),
    () => new Uint8Array(WORD_BYTES).fill(0xff, 24),
    () => new Uint8Array(WORD_BYTES).fill(1, last),
    () => chance.bytes(WORD_BYTES),
    () => word.fill(((word[last] as number) + 1) & 0xff, last),
    () => word.fill(((word[last] as number) + 255) & 0xff, last),
    () => new Uint8Array(WORD_BYTES).fill(0x20, last),
  ])()
}

/**
 * Panics that stand for a fault of ours; of memory that a call asks for (0x41), and of a value that
 * is no member of its enum (0x21), it is the decoder that speaks.
 */
const FAULTS = [0x01n, 0x11n, 0x12n, 0x32n, 0x51n]

function nameOf(error: unknown): string {
  if (!(error instanceof BaseError)) throw error
  const cause = error.walk((one) => 'data' in (one as object)) as { data?: unknown } | null
  const data = cause?.data as Hex | { data?: Hex } | undefined
  const hex = typeof data === 'object' ? data?.data : data
  if (hex === undefined) {
    if (/revert|out of gas|OutOfGas|MemoryLimit/i.test(error.message)) return 'reverted'
    throw error
  }
  const { errorName, args } = decodeRefusal(hex)
  if (errorName === 'Panic' && FAULTS.includes(Object.values(args)[0] as bigint))
    throw new Error(`panic ${Object.values(args)[0]}`)
  if (errorName === 'Unknown') throw new Error(`an error that no contract declares: ${hex}`)
  return errorName
}
