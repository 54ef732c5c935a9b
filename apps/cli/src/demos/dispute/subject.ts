// What is disputed: a program and a private input; and what others could guess of it.

import { basename, join } from 'node:path'
import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import { readEvents } from '@ambrosia/chain/readEvents'
import { pointsOf } from '@ambrosia/dispute/Bisection'
import type { Claim } from '@ambrosia/dispute/Claim'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import type { Address, Hex, PublicClient } from 'viem'
import { readNamed } from '../../namedFiles.ts'

export type Subject = {
  name: string
  elf: string
  bytes: Uint8Array
  input: Uint8Array
  /** The input as text, where it is text. */
  text: string | undefined
}

const DIGEST = join(import.meta.dirname, '../../../../../examples/machine/go/bin/digest.elf')

/** @throws Cli.Usage for a file that cannot be read */
export function readSubject(options: { program?: string; input?: string }): Subject {
  const elf = options.program ?? DIGEST
  const input = options.input === undefined ? syntheticRecord() : readNamed(options.input)
  return { name: basename(elf), elf, bytes: readNamed(elf), input, text: toText(input) }
}

/**
 * A record as a program would get it; its digest is the program's answer, so random bytes keep that
 * from being guessed.
 */
function syntheticRecord(): Uint8Array {
  const record = {
    patient: 'Ada Example, born 1961-04-12',
    condition: 'Type 2 diabetes mellitus (44054006)',
    hba1c: ['6.9 %', '7.4 %', '7.1 %'],
    medication: 'metformin 850 mg twice a day',
    blind: toHex(random(32)),
  }
  return new TextEncoder().encode(JSON.stringify(record))
}

function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Inputs that somebody might try: the right one, and near it. */
export function guessesFor({ input }: Subject): Uint8Array[] {
  const shorter = input.subarray(0, Math.max(0, input.length - 1))

  return [input, shorter]
}

/** Every number of steps whose state was on the chain. */
export async function pointsPlayed(
  place: { client: PublicClient; claimBook: Address; fromBlock: bigint },
  { steps }: Claim,
  game: Hex,
): Promise<bigint[]> {
  const { client, claimBook: address, fromBlock } = place
  const query = {
    address,
    abi: claimBookAbi,
    eventName: 'PositionReached',
    args: { game },
  } as const
  const reached = await readEvents(client, query, { fromBlock })
  const ranges = [
    [0n, steps] as const,
    ...reached.map(({ args }) => [args.low, args.high] as const),
  ]
  return [...new Set(ranges.flatMap(([low, high]) => pointsOf(low, high)))]
}
