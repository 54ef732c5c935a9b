// The contract as players read it and write to it.

import {
  type Claim,
  claimBookAbi,
  type DisputeRules,
  GameStatus,
} from '@ambrosia/chain/abi/dispute'
import { approve } from '@ambrosia/chain/approve'
import { reach } from '@ambrosia/chain/errors'
import { readEvents } from '@ambrosia/chain/readEvents'
import { type RawCall, sendRaw } from '@ambrosia/chain/send'
import {
  type Address,
  type ContractFunctionArgs,
  concat,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  type LocalAccount,
  type PublicClient,
  parseEventLogs,
  type TransactionReceipt,
} from 'viem'
import type { LinkNumber, Place } from './Claim.ts'
import { type Position, PostedError } from './decide.ts'

/** A ClaimBook and the account that writes to it. */
export type Seat = Place & {
  client: PublicClient
  account: LocalAccount
  /** Block of the contract's deployment. */
  fromBlock: bigint
  /** How transactions are sent where the account sends others too; default: each by itself. */
  send?: (call: RawCall) => Promise<TransactionReceipt>
}

/** What is only read. */
export type View = Omit<Seat, 'account' | 'send'>

/** A claim as the chain has it. */
export type MadeClaim = { id: Hex; claimant: Address; content: Claim }

type Abi = typeof claimBookAbi
type Name =
  | 'makeClaim'
  | 'postReceipts'
  | 'challenge'
  | 'split'
  | 'pick'
  | 'proveGenesis'
  | 'proveStep'
  | 'proveFinal'
  | 'enter'
  | 'enterAndProve'
  | 'showEquivocation'
  | 'callTime'
  | 'leaveGame'
  | 'releaseBond'
  | 'withdraw'

/** Calls the contract. @throws Chain.<name of the contract's error> */
export function write<const name extends Name>(
  seat: Seat,
  functionName: name,
  args: ContractFunctionArgs<Abi, 'nonpayable', name>,
): Promise<TransactionReceipt> {
  const call = { abi: claimBookAbi, functionName, args } as EncodeFunctionDataParameters
  const data = encodeFunctionData(call)
  return sendFrom(seat, { to: seat.claimBook, data, spareGas: SPARE_GAS })
}

function sendFrom({ client, account, send }: Seat, call: RawCall): Promise<TransactionReceipt> {
  return send === undefined ? sendRaw(client, account, call) : send(call)
}

/**
 * In the second in which a turn began its clock stands where it stood, so an estimate made then is
 * short of writing it.
 */
const SPARE_GAS = 30_000n

export async function readRules({ client, claimBook }: View): Promise<DisputeRules> {
  const read = { address: claimBook, abi: claimBookAbi, functionName: 'rules' } as const
  return await reach(() => client.readContract(read))
}

/** Lets the contract take a bond, where it may not yet. */
export async function approveBond(seat: Seat, amount: bigint): Promise<void> {
  const { client, account, claimBook } = seat
  const { bondToken: token } = await readRules(seat)
  const send = (call: RawCall) => sendFrom(seat, call)
  await approve(client, account, { token, spender: claimBook, amount, send })
}

/** Opens a game against a claim; pays its bond. @returns its id */
export async function challenge(
  seat: Seat,
  { claimant, content }: Omit<MadeClaim, 'id'>,
  link: LinkNumber,
): Promise<{ game: Hex; receipt: TransactionReceipt }> {
  await approveBond(seat, (await readRules(seat)).challengeBond)
  const receipt = await write(seat, 'challenge', [claimant, content, link])
  const [opened] = parseEventLogs({
    abi: claimBookAbi,
    logs: receipt.logs,
    eventName: 'GameOpened',
  })
  return { game: opened!.args.game, receipt }
}

/** A game and what the asserter posted last. @throws Chain.GameUnknown, Dispute.Posted */
export async function readPosition(view: View, id: Hex): Promise<Position> {
  const { client, claimBook: address } = view
  const read = { address, abi: claimBookAbi, functionName: 'gameOf', args: [id] } as const
  const game = await reach(() => client.readContract(read))
  if (game.status !== GameStatus.Pick) return { game, posted: [] }
  const events = await readEvents(
    client,
    { address, abi: claimBookAbi, eventName: 'StatesPosted', args: { game: id } },
    { fromBlock: view.fromBlock },
  )
  // Of several for one depth, as after a reorganisation, the one that the contract kept.
  const posted = events.map(({ args }) => args.states)
  const states = posted.findLast((one) => keccak256(concat([...one])) === game.split)
  if (states === undefined) throw new PostedError()
  return { game, posted: states }
}

/** Claims whose window is open or was, oldest first. */
export async function readClaims(view: View): Promise<MadeClaim[]> {
  const { client, claimBook: address, fromBlock } = view
  const query = { address, abi: claimBookAbi, eventName: 'ClaimMade' } as const
  const events = await readEvents(client, query, { fromBlock })
  return events.map(({ args }) => ({
    id: args.claim,
    claimant: args.claimant,
    content: args.content,
  }))
}

/** Games over a claim, oldest first. */
export async function readGames(view: View, claim: Hex): Promise<Hex[]> {
  const { client, claimBook: address, fromBlock } = view
  const query = { address, abi: claimBookAbi, eventName: 'GameOpened', args: { claim } } as const
  return (await readEvents(client, query, { fromBlock })).map(({ args }) => args.game)
}
