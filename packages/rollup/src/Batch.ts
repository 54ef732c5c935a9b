import { concat, fromHex, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { RLP } from '@ethereumjs/rlp'
import { deflateSync, Inflate } from 'fflate'
import { LIMITS } from './ChainRules.ts'
import { hashBytes, hashWords } from './internal/abi.ts'
import { decodeCanonical, toInteger } from './Transaction.ts'

/** A block as a batch has it; everything else of it follows. docs/protocol/rollup.md, section 5. */
export type BatchBlock = {
  /** Seconds. */
  timestamp: number
  /** Inbox entries consumed up to and including it. */
  count: number
  /** Raw transactions, forced ones not among them. */
  transactions: readonly Uint8Array[]
}

/** What L1 has of a batch. */
export type BatchRecord = {
  /** Commitment to salt and body; zero for a record without data. */
  commitment: Hex
  /** Inbox entries consumed up to and including it. */
  inboxCount: number
  /** `anchor(inboxCount)`. */
  anchor: Hex
  /** L1 time of the post, seconds. */
  l1Timestamp: number
}

/** The commitment of records without data, and the accumulator of none. */
export const ZERO_HASH: Hex = `0x${'00'.repeat(32)}`

const VERSION = Uint8Array.of(1)

/** The bytes that a batch commits to, without salt. */
export function encodeBody(blocks: readonly BatchBlock[]): Uint8Array {
  return RLP.encode(
    blocks.map(({ timestamp, count, transactions }) => [
      toMinimal(timestamp),
      toMinimal(count),
      [...transactions],
    ]),
  )
}

/**
 * The blocks of a body; none where it is undecodable or over a limit. It never throws: every record
 * means something.
 */
export function decodeBody(body: Uint8Array): BatchBlock[] {
  if (body.length > LIMITS.bodyBytes) return []
  const list = decodeCanonical(body)
  if (!Array.isArray(list) || list.length > LIMITS.blocksPerBody) return []
  const blocks: BatchBlock[] = []
  for (const item of list) {
    if (!Array.isArray(item) || item.length !== 3) return []
    const timestamp = toInteger(item[0])
    const count = toInteger(item[1])
    const transactions = item[2]
    if (timestamp === undefined || count === undefined || !Array.isArray(transactions)) return []
    if (!transactions.every((raw) => raw instanceof Uint8Array)) return []
    // Past 2^53 no timestamp or count can stand: the largest safe integer fails the same rules as
    // the value does.
    blocks.push({ timestamp: toSafe(timestamp), count: toSafe(count), transactions })
  }
  return blocks
}

/** What L1 is given of a batch. */
export function commitment(salt: Hex, body: Uint8Array): Hex {
  return hashBytes(VERSION, fromHex(salt), body)
}

/** The accumulator after a record. */
export function accumulate(accumulator: Hex, record: BatchRecord): Hex {
  const { commitment, inboxCount, anchor, l1Timestamp } = record
  return hashWords(accumulator, commitment, inboxCount, anchor, l1Timestamp)
}

/** Salt and body in transport form: 32 bytes, then raw DEFLATE. */
export function pack(salt: Hex, body: Uint8Array): Uint8Array {
  return concat(fromHex(salt), deflateSync(body, { level: 6 }))
}

/** Salt and body of the transport form. @throws Batch.Malformed */
export function unpack(packed: Uint8Array): { salt: Hex; body: Uint8Array } {
  if (packed.length < 32) throw new MalformedError('shorter than its salt')
  const chunks: Uint8Array[] = []
  let size = 0
  let isWhole = false
  const inflate = new Inflate((chunk, isLast) => {
    size += chunk.length
    if (size > LIMITS.bodyBytes) throw new MalformedError(`over ${LIMITS.bodyBytes} bytes`)
    chunks.push(chunk)
    isWhole ||= isLast
  })
  try {
    // Pushed in pieces, so that a bomb ends at the limit and not in memory.
    for (let at = 32; at < packed.length; at += PIECE_BYTES) {
      const end = Math.min(at + PIECE_BYTES, packed.length)
      inflate.push(packed.subarray(at, end), end === packed.length)
    }
  } catch (error) {
    if (error instanceof MalformedError) throw error
    throw new MalformedError('not DEFLATE')
  }
  if (!isWhole) throw new MalformedError('ends early')
  return { salt: toHex(packed.subarray(0, 32)), body: concat(...chunks) }
}

const PIECE_BYTES = 4096

function toMinimal(value: number): Uint8Array {
  const bytes = fromUint(value, 8)
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? new Uint8Array(0) : bytes.subarray(first)
}

function toSafe(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

export class MalformedError extends AmbrosiaError {
  constructor(what: string) {
    super('Batch.Malformed', `the transport form of a batch is malformed: ${what}`)
  }
}
