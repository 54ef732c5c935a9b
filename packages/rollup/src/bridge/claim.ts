import { assertionsAbi, messengerAbi, outboxAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import { readEvents } from '@ambrosia/chain/readEvents'
import { send } from '@ambrosia/chain/send'
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { ContractFunctionArgs, LocalAccount, PublicClient, TransactionReceipt } from 'viem'
import { PREDEPLOYS } from '../L2Genesis.ts'
import * as MessageTree from '../MessageTree.ts'
import type { PublicNetwork } from '../network/L2Network.ts'
import * as OutboxMessage from '../OutboxMessage.ts'

type Message = OutboxMessage.OutboxMessage

/**
 * Carries out a message from L2 on L1, under the newest root that is certain.
 * @throws Bridge.MessageUnknown, Bridge.NotCertain, Chain.*
 */
export async function claim(options: {
  l1: PublicClient
  l2: PublicClient
  account: LocalAccount
  network: PublicNetwork
  index: number
}): Promise<TransactionReceipt> {
  const { l1, l2, account, network, index } = options
  const messages = await readMessages(l2)
  const message = messages[index]
  if (message === undefined) throw new MessageUnknownError(index)
  const root = await certainRoot(l1, network)
  const leaves = leavesUnder(messages, root)
  if (leaves === undefined || index >= leaves.length) throw new NotCertainError(index)
  const path = MessageTree.prove(leaves, index) as unknown as Path
  return send(l1, account, toCall(network, message, path))
}

/** Messages that L2 has sent so far, in order. */
async function readMessages(client: PublicClient): Promise<Message[]> {
  const at = { address: PREDEPLOYS.messenger, abi: messengerAbi, eventName: 'MessageSent' } as const
  const events = await readEvents(client, at, { fromBlock: 0n })
  return events.map(({ args }) => ({
    index: Number(args.index),
    sender: args.sender,
    target: args.target,
    value: args.value,
    data: fromHex(args.data),
    salt: args.salt,
  }))
}

async function certainRoot(client: PublicClient, network: PublicNetwork): Promise<Hex> {
  const at = { address: network.contracts.assertions, abi: assertionsAbi } as const
  return reach(async () => {
    const id = await client.readContract({ ...at, functionName: 'newest' })
    const { outboxRoot } = await client.readContract({
      ...at,
      functionName: 'assertionOf',
      args: [id],
    })
    return outboxRoot
  })
}

/** The leaves that this is the root of: the first ones, up to some. */
function leavesUnder(messages: readonly Message[], root: Hex): Hex[] | undefined {
  let frontier = MessageTree.EMPTY
  const leaves: Hex[] = []
  for (const message of messages) {
    const leaf = OutboxMessage.hash(message)
    leaves.push(leaf)
    frontier = MessageTree.append(frontier, leaf)
    if (MessageTree.root(frontier) === root) return leaves
  }
  return undefined
}

type Path = ContractFunctionArgs<typeof outboxAbi, 'nonpayable', 'execute'>[1]

function toCall(network: PublicNetwork, message: Message, path: Path) {
  return {
    address: network.contracts.outbox,
    abi: outboxAbi,
    functionName: 'execute',
    args: [{ ...message, index: BigInt(message.index), data: toHex(message.data) }, path],
  } as const
}

export class MessageUnknownError extends AmbrosiaError {
  constructor(index: number) {
    super('Bridge.MessageUnknown', `L2 has not sent a message ${index}`)
  }
}

export class NotCertainError extends AmbrosiaError {
  constructor(index: number) {
    super('Bridge.NotCertain', `message ${index} is not certain on L1 yet`, {
      hint: 'It is when an assertion that includes it is confirmed; ask again later.',
    })
  }
}
