import { toPlain } from '@ambrosia/primitives/Errors'
import { getAddress, isAddress } from 'viem'

/** One step of the protocol taken otherwise than it is written. */
export type Deviation = {
  /** What is sent: `Submission`, `consent`. */
  message: string
  /** What of it is changed, and how: `nonce, signed again`. */
  change: string
  /** Who is to refuse it: `oracle`, `DealBook`, `client of the provider`. */
  by: string
  /** Takes the step; rejects with the refusal. */
  attempt: () => Promise<unknown>
  /** Why it is no deviation where it is taken: a choice that is the sender's own. */
  harmless?: string
}

export type Row = { role: string; message: string; change: string; by: string; answer: string }

type Value = string | number | boolean | bigint | readonly Value[] | null | object

/** Other values of one that a schema names: of the same form, of none, and of another type. */
export type Change = { name: string; how: string; value: unknown }

/**
 * The changes that a message's schema allows for: each member of the schema with another value of
 * its form and with nothing in it.
 */
export function changesOf(
  schema: { readonly properties: Readonly<Record<string, unknown>> },
  message: Readonly<Record<string, unknown>>,
): Change[] {
  return Object.keys(schema.properties).flatMap((name) => {
    const value = message[name] as Value
    const changes = [{ name, how: 'another', value: otherOf(value) }]
    const zero = zeroOf(value)
    return same(zero, value) ? changes : [...changes, { name, how: 'empty', value: zero }]
  })
}

/** As {@link changesOf}, and left out, of another type, and one member too many: for JSON. */
export function jsonChangesOf(
  schema: { readonly properties: Readonly<Record<string, unknown>> },
  message: Readonly<Record<string, unknown>>,
): Change[] {
  return [
    ...changesOf(schema, message),
    ...Object.keys(schema.properties).flatMap((name) => [
      { name, how: 'left out', value: undefined },
      { name, how: 'of another type', value: { toString: 1 } },
      ...wrongAddress(name, message[name]),
    ]),
    { name: 'unknownMember', how: 'added', value: 1 },
  ]
}

function wrongAddress(name: string, value: unknown): Change[] {
  if (typeof value !== 'string' || !isAddress(value)) return []
  return [{ name, how: 'with a wrong checksum', value: withWrongChecksum(value) }]
}

function same(one: unknown, other: unknown): boolean {
  return String(one) === String(other)
}

/** Another value of the same form. */
export function otherOf(value: Value): unknown {
  if (Array.isArray(value)) return value.length > 1 ? value.slice(1) : [...value, ...value]
  if (typeof value === 'boolean') return !value
  if (typeof value === 'bigint') return value + 1n
  if (typeof value === 'number') return value + 1
  if (typeof value !== 'string') return {}
  if (isAddress(value)) return withOtherDigit(value.toLowerCase())
  if (/^\d+$/.test(value)) return String(BigInt(value) + 1n)
  return withOtherDigit(value)
}

function withOtherDigit(value: string): string {
  const at = value.startsWith('0x') ? 3 : 1
  return `${value.slice(0, at)}${value[at] === '1' ? '2' : '1'}${value.slice(at + 1)}`
}

/** A letter of an address in the other case: its checksum (ERC-55) is wrong then. */
function withWrongChecksum(address: string): string {
  const checked = getAddress(address)
  const at = checked.search(/[a-fA-F](?=.{0,37}$)/)
  const char = checked[at] as string
  const other = char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()
  return `${checked.slice(0, at)}${other}${checked.slice(at + 1)}`
}

function zeroOf(value: Value): unknown {
  if (Array.isArray(value)) return []
  if (typeof value === 'bigint') return 0n
  if (typeof value === 'number') return 0
  if (typeof value !== 'string') return null
  if (value.startsWith('0x')) return `0x${'0'.repeat(value.length - 2)}`
  return /^\d+$/.test(value) ? '0' : ''
}

/** Tries each, and says in their order how they were answered. */
export async function tryAll(
  role: string,
  deviations: readonly Deviation[],
  atOnce = AT_ONCE,
): Promise<Row[]> {
  const rows: Row[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < deviations.length; index = next++) {
      const { message, change, by, ...deviation } = deviations[index] as Deviation
      rows[index] = { role, message, change, by, answer: await answerTo(deviation) }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return rows
}

/** Attempts under way at once: most of their time is that of the services. */
const AT_ONCE = 4

async function answerTo({
  attempt,
  harmless,
}: Pick<Deviation, 'attempt' | 'harmless'>): Promise<string> {
  try {
    await attempt()
    return harmless === undefined ? 'TAKEN' : `taken: ${harmless}`
  } catch (error) {
    return toPlain(error).code
  }
}
