import { concat, fromBase64url, toBase64url } from '@ambrosia/primitives/Bytes'
import { encode } from 'cborg'
import { ProofInvalidError } from './errors.ts'

/**
 * The parts of a derived proof value of bbs-2023 (vc-di-bbs, section 3.3.7): CBOR behind a tag of
 * three bytes. Read here strictly, before the suite does so leniently: five components, shortest
 * lengths, no tags, nothing behind them.
 */
export type DerivedProof = {
  bbsProof: Uint8Array
  labelMap: ReadonlyMap<number, number>
  mandatoryIndexes: readonly number[]
  selectiveIndexes: readonly number[]
  presentationHeader: Uint8Array
}

const HEADER = [0xd9, 0x5d, 0x03]
/**
 * Longest proof value that is read, characters; a proof that hides 4,096 messages has some 175,000.
 */
const TEXT_SIZE = 256 * 1024
const ITEM_COUNT = 16_384
const [UNSIGNED, BYTES, LIST, MAP] = [0, 2, 4, 5]

/** @throws Credential.ProofInvalid */
export function decodeDerivedProof(proofValue: unknown): DerivedProof {
  if (typeof proofValue !== 'string' || !proofValue.startsWith('u')) fail()
  if (proofValue.length > TEXT_SIZE) fail()
  let bytes: Uint8Array
  try {
    bytes = fromBase64url(proofValue.slice(1))
  } catch {
    fail()
  }
  if (!HEADER.every((byte, index) => bytes[index] === byte))
    fail('the proof is not a derived proof')
  const reader = createReader(bytes.subarray(HEADER.length))
  if (reader.head(LIST) !== 5) fail()
  const proof = {
    bbsProof: reader.bytes(),
    labelMap: reader.map(),
    mandatoryIndexes: reader.list(),
    selectiveIndexes: reader.list(),
    presentationHeader: reader.bytes(),
  }
  reader.end()
  return proof
}

/** The proof value of a derived proof. */
export function encodeDerivedProof(proof: DerivedProof): string {
  const { bbsProof, labelMap, mandatoryIndexes, selectiveIndexes, presentationHeader } = proof
  const parts = [bbsProof, labelMap, mandatoryIndexes, selectiveIndexes, presentationHeader]
  return `u${toBase64url(concat(Uint8Array.from(HEADER), encode(parts)))}`
}

function createReader(data: Uint8Array) {
  let at = 0
  /** Major type and argument of the next item (RFC 8949, section 3), in its shortest form. */
  function head(major: number): number {
    const first = data[at++]
    if (first === undefined || first >> 5 !== major) fail()
    const low = first & 31
    if (low < 24) return low
    const sizeBytes = { 24: 1, 25: 2, 26: 4 }[low]
    if (sizeBytes === undefined || at + sizeBytes > data.length) fail()
    let value = 0
    for (let i = 0; i < sizeBytes; i++) value = value * 256 + (data[at++] as number)
    const least = { 1: 24, 2: 256, 4: 65_536 }[sizeBytes] as number
    if (value < least) fail()
    return value
  }
  function count(major: number): number {
    const value = head(major)
    if (value > ITEM_COUNT) fail()
    return value
  }
  return {
    head,
    bytes(): Uint8Array {
      const sizeBytes = head(BYTES)
      if (at + sizeBytes > data.length) fail()
      at += sizeBytes
      return data.slice(at - sizeBytes, at)
    },
    /** Positions: they ascend, so none stands twice. */
    list(): number[] {
      const values = Array.from({ length: count(LIST) }, () => head(UNSIGNED))
      if (values.some((value, index) => index > 0 && value <= (values[index - 1] as number))) fail()
      return values
    },
    map(): Map<number, number> {
      const size = count(MAP)
      const entries = new Map<number, number>()
      for (let i = 0; i < size; i++) entries.set(head(UNSIGNED), head(UNSIGNED))
      // Two nodes under one label would let a holder tear apart, or join, what was signed of one
      // node.
      if (entries.size !== size || new Set(entries.values()).size !== size) fail()
      return entries
    },
    end(): void {
      if (at !== data.length) fail()
    },
  }
}

function fail(what = 'the proof value is malformed'): never {
  throw new ProofInvalidError(what)
}
