import { connect } from 'node:tls'
import { assertionsAbi, batchesAbi, inboxAbi, outboxAbi } from '@ambrosia/chain/abi/rollup'
import { reach } from '@ambrosia/chain/errors'
import { send } from '@ambrosia/chain/send'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Alone } from '@ambrosia/devnet/l2/startAlone'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import * as MessageTree from '@ambrosia/rollup/MessageTree'
import { type ContractFunctionArgs, encodeFunctionData, type Hex } from 'viem'
import type { Attack } from '../frame/Stage.ts'

const ATTACKER = developmentAccount('relayer')
const ZERO: Hex = `0x${'00'.repeat(32)}`
const PEER_TIMEOUT_MS = 10_000

/** Ways to cheat, each tried for real against the running network. */
export function attacksOn(
  ground: Alone,
  signal: AbortSignal,
  claimAgain: () => Promise<unknown>,
): Attack[] {
  const { l1, l2 } = ground
  const { contracts } = l2.network
  const account = ATTACKER
  return [
    {
      name: 'the same withdrawal again',
      attempt: async () => {
        await claimAgain()
        return undefined
      },
      refusal: /^Chain\.OutboxMessageSpent$/,
    },
    {
      name: 'a withdrawal that nobody made',
      attempt: async () => {
        const message = {
          index: 1n,
          sender: account.address,
          target: account.address,
          value: 10n ** 18n,
          data: '0x' as Hex,
          salt: ZERO,
        }
        const path = Array.from({ length: MessageTree.DEPTH }, () => ZERO)
        await send(l1, account, {
          address: contracts.outbox,
          abi: outboxAbi,
          functionName: 'execute',
          args: [message, path as unknown as PathOf],
        })
        return undefined
      },
      refusal: /^Chain\.OutboxRootUnknown$/,
    },
    {
      name: 'a batch that no member certified',
      attempt: () => postAlone(ground),
      refusal: /^Chain\.Committee/,
    },
    {
      name: 'an assertion without a claim behind it',
      attempt: () => assertAlone(ground, signal),
      refusal: /^Chain\.AssertionClaimRefused$/,
    },
    { name: "a stranger at a member's door", attempt: () => knock(ground) },
  ]
}

type PathOf = ContractFunctionArgs<typeof outboxAbi, 'nonpayable', 'execute'>[1]

/** Posts a batch in the next slot of the cadence, before any member does. */
async function postAlone({ l1, l2 }: Alone): Promise<undefined> {
  const { batches } = l2.network.contracts
  const at = { address: batches, abi: batchesAbi } as const
  const index = await l1.readContract({ ...at, functionName: 'count' })
  const consumed = await l1.readContract({ ...at, functionName: 'inboxCount' })
  const anchor = await l1.readContract({
    address: l2.network.contracts.inbox,
    abi: inboxAbi,
    functionName: 'anchorAt',
    args: [consumed],
  })
  const args = [index, `0x${'11'.repeat(32)}`, consumed, anchor, '0x'] as const
  const data = encodeFunctionData({ abi: batchesAbi, functionName: 'post', args })
  const { timestamp } = await l1.getBlock()
  const time = timestamp + BigInt(l2.network.cadenceSec)
  await reach(() => l1.call({ account: ATTACKER, to: batches, data, blockOverrides: { time } }))
  return undefined
}

/** Asserts a state of nothing, where the next one is due. */
async function assertAlone({ l1, l2 }: Alone, signal: AbortSignal): Promise<undefined> {
  const { assertions, batches } = l2.network.contracts
  const at = { address: assertions, abi: assertionsAbi } as const
  const records = { address: batches, abi: batchesAbi } as const
  const parent = await l1.readContract({ ...at, functionName: 'newest' })
  const view = await l1.readContract({ ...at, functionName: 'assertionOf', args: [parent] })
  const batchCount = view.nextBatchCount
  const isThere = async () =>
    (await l1.readContract({ ...records, functionName: 'count' })) >= batchCount
  await waitFor('there is a record to assert', isThere, signal)
  const accumulator = await l1.readContract({
    ...records,
    functionName: 'accumulatorAt',
    args: [batchCount],
  })
  const next = { batchCount, accumulator, blockCommitment: ZERO, outboxRoot: ZERO }
  await send(l1, ATTACKER, { ...at, functionName: 'assertState', args: [parent, next, ZERO] })
  return undefined
}

/** Asks a member for blocks without a certificate of a member. */
async function knock({ l2 }: Alone): Promise<string | undefined> {
  return await new Promise((done, failed) => {
    const socket = connect({
      host: '127.0.0.1',
      port: l2.nodes[0]?.peerPort as number,
      // The stranger would take anybody for a member.
      rejectUnauthorized: false,
    })
    let answer = ''
    socket.setTimeout(PEER_TIMEOUT_MS, () => failed(new Error('the member keeps the line open')))
    socket.on('secureConnect', () => socket.write('GET /v1/blocks/0/0x HTTP/1.1\r\n\r\n'))
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => done(answer === '' ? 'closed without a byte' : undefined))
  })
}
