// Claims of runs: how one is made, checked and signed for. docs/protocol/dispute.md, sections 2
// and 3.

import { type Claim, claimBookAbi, Link } from '@ambrosia/chain/abi/dispute'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  type Address,
  decodeAbiParameters,
  encodeAbiParameters,
  type Hex,
  keccak256,
  type LocalAccount,
  type TypedDataDomain,
} from 'viem'
import type { Run } from './Run.ts'

export type { Claim }

/** Where claims are made: a ClaimBook on a chain. */
export type Place = { chainId: number; claimBook: Address }

const CLAIM_PARAMETER = claimBookAbi
  .find((entry) => entry.type === 'function' && entry.name === 'claimId')!
  .inputs.find(({ name }) => name === 'content')!

/** The id of a claimant's claim. */
export function idOf({ chainId, claimBook }: Place, claimant: Address, content: Claim): Hex {
  const types = [{ type: 'uint256' }, { type: 'address' }, { type: 'address' }, CLAIM_PARAMETER]
  const values = [BigInt(chainId), claimBook, claimant, content]
  return keccak256(encodeAbiParameters(types, values as never))
}

/** A claim as bytes, the way the contract takes it. */
export function encode(content: Claim): Hex {
  return encodeAbiParameters([CLAIM_PARAMETER], [content] as never)
}

/** @throws Dispute.Malformed for bytes that are no claim, or not as they are written */
export function decode(bytes: Hex): Claim {
  try {
    const [content] = decodeAbiParameters([CLAIM_PARAMETER], bytes) as unknown as [Claim]
    if (encode(content) === bytes) return content
  } catch {
    // Said below.
  }
  throw new MalformedError()
}

/** A field element as 32 bytes. */
export function toHash(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}

/**
 * What can be claimed of a run: its end, with steps and lines rounded up to a power of two, since
 * they say how much work it was.
 * @param limits of the ClaimBook's rules
 * @throws Dispute.NotHalted, Dispute.Limit, Execution.Limit
 */
export async function claimOf(
  run: Run,
  limits: { stepLimit: bigint; lineLimit: bigint },
): Promise<Claim> {
  const { stepLimit, lineLimit } = limits
  const { status, steps: taken, exitCode, answer, lines } = await run.ending(stepLimit)
  if (status !== 'halted') throw new NotHaltedError(taken)
  if (lines > lineLimit) throw new LimitError(lines, lineLimit)
  const steps = roundUp(taken, stepLimit)
  const [first, last] = (await run.hashesAt([0n, steps])) as [bigint, bigint]
  return {
    programId: toHash(run.programId),
    inputRoot: toHash(run.inputRoot),
    firstState: toHash(first),
    lastState: toHash(last),
    answer,
    exitCode,
    steps,
    lines: roundUp(lines, lineLimit),
    inputLength: run.inputLength,
  }
}

function roundUp(value: bigint, most: bigint): bigint {
  let rounded = 1n
  while (rounded < value) rounded *= 2n
  return rounded < most ? rounded : most
}

/**
 * Which statement of a claim is false, the first of them: what a challenger denies. Undefined for a
 * claim that is true.
 * @throws Dispute.ProgramMismatch, Dispute.InputMismatch: then the run is not the one that is
 * claimed
 */
export async function falseLinkOf(content: Claim, run: Run): Promise<LinkNumber | undefined> {
  assertSameRun(content, run)
  const [first, last] = await run.hashesAt([0n, content.steps])
  if (toHash(first as bigint) !== content.firstState) return Link.Genesis
  if (toHash(last as bigint) !== content.lastState) return Link.Steps
  return (await saysFinal(content, run)) ? undefined : Link.Final
}

async function saysFinal(content: Claim, run: Run): Promise<boolean> {
  try {
    const { status, exitCode, answer } = await run.ending(content.steps)
    const isSame = exitCode === content.exitCode && answer === content.answer.toLowerCase()
    return status === 'halted' && isSame
  } catch (error) {
    if (error instanceof AmbrosiaError && error.code === 'Execution.Limit') return false
    throw error
  }
}

/** @throws Dispute.ProgramMismatch, Dispute.InputMismatch */
export function assertSameRun(content: Claim, run: Run): void {
  if (toHash(run.programId) !== content.programId) throw new ProgramMismatchError()
  const isSame = toHash(run.inputRoot) === content.inputRoot
  if (!isSame || run.inputLength !== content.inputLength) throw new InputMismatchError()
}

/** A link of a claim by its number in the contract. */
export type LinkNumber = (typeof Link)[keyof typeof Link]

// ---- receipts ----

/** What a Receipt says, as EIP-712 types it. */
export const RECEIPT_FIELDS = [
  { name: 'claim', type: 'bytes32' },
  { name: 'inputRoot', type: 'bytes32' },
  { name: 'inputLength', type: 'uint64' },
] as const

export function domainOf({ chainId, claimBook }: Place): TypedDataDomain {
  return { name: 'ClaimBook', version: '1', chainId, verifyingContract: claimBook }
}

/**
 * A recipient's word that they hold the input of a claim: they have its bytes, its root and first
 * state are those of the claim, and its run stores no more lines than it says.
 * @throws Dispute.ProgramMismatch, Dispute.InputMismatch, Dispute.FirstState, Dispute.Limit,
 * Execution.Limit
 */
export async function signReceipt(
  recipient: LocalAccount,
  claim: { place: Place; claimant: Address; content: Claim },
  run: Run,
): Promise<Hex> {
  const { content } = claim
  assertSameRun(content, run)
  const [first] = (await run.hashesAt([0n])) as [bigint]
  // A claimant that hid the salt of the first state could prove what no challenger can check.
  if (toHash(first) !== content.firstState) throw new FirstStateError()
  const { lines } = await run.ending(content.steps)
  if (lines > content.lines) throw new LimitError(lines, content.lines)
  return await signAsRecipient(recipient, claim)
}

/** The signature alone, of a recipient that checked the bytes by other means. */
export async function signAsRecipient(
  recipient: LocalAccount,
  { place, claimant, content }: { place: Place; claimant: Address; content: Claim },
): Promise<Hex> {
  const { inputRoot, inputLength } = content
  return await recipient.signTypedData({
    domain: domainOf(place),
    types: { Receipt: RECEIPT_FIELDS },
    primaryType: 'Receipt',
    message: { claim: idOf(place, claimant, content), inputRoot, inputLength },
  })
}

/** Receipts as the contract takes them: ordered by address. */
export function joinReceipts(receipts: readonly { recipient: Address; signature: Hex }[]): Hex {
  const ordered = [...receipts].sort((one, other) =>
    BigInt(one.recipient) < BigInt(other.recipient) ? -1 : 1,
  )
  return `0x${ordered.map(({ signature }) => signature.slice(2)).join('')}`
}

export class MalformedError extends AmbrosiaError {
  constructor() {
    super('Dispute.Malformed', 'these bytes are no claim')
  }
}

export class NotHaltedError extends AmbrosiaError {
  constructor(steps: bigint) {
    super('Dispute.NotHalted', `the run does not halt: it faults after ${steps} steps`, {
      hint: 'Only a run that halts can be claimed; run it with `ambrosia machine run`.',
    })
  }
}

export class LimitError extends AmbrosiaError {
  constructor(lines: bigint, limit: bigint) {
    super('Dispute.Limit', `the run stores ${lines} lines, more than ${limit}`, {
      hint: 'Clocks would be too short for it.',
    })
  }
}

export class ProgramMismatchError extends AmbrosiaError {
  constructor() {
    super('Dispute.ProgramMismatch', 'the claim is about another program', {
      hint: 'Load the program whose id the claim has; nothing was signed or sent.',
    })
  }
}

export class InputMismatchError extends AmbrosiaError {
  constructor() {
    super('Dispute.InputMismatch', 'the input is not the one that the claim is about', {
      hint: 'Ask the claimant or a recipient for the bytes; nothing was signed or sent.',
    })
  }
}

export class FirstStateError extends AmbrosiaError {
  constructor() {
    super('Dispute.FirstState', 'the first state of the claim is not that of the package')
  }
}
