import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { NodeRole } from '@ambrosia/devnet/l2/nodeProgram'
import { type Alone, startAlone } from '@ambrosia/devnet/l2/startAlone'
import { DEVELOPMENT_DISPUTE, L2_CHAIN_ID, L2_PORT } from '@ambrosia/devnet/l2/startL2'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { describeEvent } from '@ambrosia/devnet/words'
import { claim } from '@ambrosia/rollup/bridge/claim'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import { withdraw } from '@ambrosia/rollup/bridge/withdraw'
import { type Address, parseEther } from 'viem'
import { portsOf } from '../../environment.ts'
import { amount, count, duration, short } from '../../figures.ts'
import type { Stage } from '../frame/Stage.ts'
import { attacksOn } from './attacks.ts'
import { followDispute, letClaimsStand } from './dispute.ts'
import { searchL1 } from './secrets.ts'
import { type Posts, postsOf, recordsOf, waitForRefutation, waitForTag } from './settlement.ts'
import type { RollupDemoOptions, RollupResult } from './types.ts'
import {
  createUser,
  deployToken,
  newAccount,
  pay,
  type Sent,
  sendMany,
  type User,
} from './Users.ts'

type RollupStage = Stage<RollupResult>

const DEPOSIT = parseEther('1000')
const WITHDRAWAL = parseEther('2')
/** With a liar among the members nothing is confirmed by all of them, so the period must end. */
const PERIOD_WITH_LIAR_SEC = 25
const WAIT_MS = 180_000

/**
 * Plays the life of a layer-2 network.
 * @throws what fails first; a leak or an accepted attack fails too
 */
export async function play(stage: RollupStage, options: RollupDemoOptions): Promise<boolean> {
  const { result, step, signal } = stage
  result.engine = options.engine
  const person = newAccount()
  const ground = await start(stage, options, person.address)
  const { l1, l2 } = ground
  // A member that orders nothing: what it is sent it hands on.
  const user = createUser(person, l2.nodes[1]?.url as string, L2_CHAIN_ID)
  await step('deposit', () => enter(ground, user, signal), entered)
  const { contractAddress, gasUsed } = await step(
    'deploy',
    () => deployToken(user),
    ({ gasUsed }) => ({
      label: 'deploy',
      text: 'a token contract is put on L2, as on any Ethereum',
      figures: `gas ${count(gasUsed)}`,
    }),
  )
  const token = contractAddress as Address
  const before = await recordsOf(user.client)
  const sent = await step(
    'send',
    () => sendMany(user, token, options.transactions),
    (sent) => ({
      label: 'send',
      text: `${sent.receipts.length} transactions by viem in ${blocksOf(sent).size} blocks`,
    }),
  )
  result.transactions = sent.receipts.filter(({ status }) => status === 'success').length
  const last = sent.receipts.at(-1)?.blockNumber as bigint
  const posts = await step(
    'batch',
    async () => {
      await waitForTag(user.client, 'safe', last, signal)
      return postsOf(l1, l2.network, before, await recordsOf(user.client))
    },
    posted,
  )
  note(result, posts, options.transactions)
  if (options.lie) await catchLiar(stage, ground)
  const leaver = newAccount()
  const claimAgain = await leave(stage, { ground, user, leaver })
  await searchL1(stage, { ground, user, sent, token })
  await stage.tryAttacks(attacksOn(ground, signal, claimAgain), {
    what: 'what the bridge holds',
    read: () => balanceOf(ground, l2.network.contracts.bridge),
  })
  return result.transactions === options.transactions && gasUsed > 0n
}

async function start(
  stage: RollupStage,
  { lie, engine, decidedBy = lie ? 'dispute' : 'committee' }: RollupDemoOptions,
  person: Address,
): Promise<Alone> {
  const { screen, signal, home } = stage
  const ports = portsOf(process.env)
  const liar: readonly NodeRole[] = ['asserter']
  const startedAt = performance.now()
  const ground = await stage.setUp(() =>
    startAlone({
      home,
      chainPort: ports.chain,
      l2Port: ports.chain === 0 ? 0 : L2_PORT,
      engine,
      signal,
      choices: {
        ...(lie && { periodSec: PERIOD_WITH_LIAR_SEC }),
        ...(decidedBy === 'dispute' && { dispute: DEVELOPMENT_DISPUTE }),
      },
      ...(lie && {
        roles: [['sequencer', 'batcher', 'asserter'], ['watcher'], liar],
        env: { 'node-3': { AMBROSIA_NODE_LIE: person.toLowerCase() } },
      }),
      onEvent: (event) => {
        const line = describeEvent(event)
        if (line !== undefined) screen.line('', line)
      },
    }),
  )
  stage.defer(() => ground.stop())
  const took = duration(performance.now() - startedAt)
  const { nodes } = ground.l2
  screen.line('set up', `chain, contracts, a network of ${nodes.length} members (${engine})`, took)
  return ground
}

async function enter(ground: Alone, user: User, signal: AbortSignal) {
  const { l1, l2 } = ground
  const receipt = await deposit({
    client: l1,
    account: developmentAccount('consumer'),
    network: l2.network,
    recipient: user.account.address,
    amount: DEPOSIT,
  })
  const { address } = user.account
  const isThere = async () => (await user.client.getBalance({ address })) === DEPOSIT
  await waitFor('the deposit is on L2', isThere, signal, WAIT_MS)
  return receipt
}

function entered({
  gasUsed,
  transactionHash,
}: {
  gasUsed: bigint
  transactionHash: `0x${string}`
}) {
  return {
    label: 'deposit',
    text: `${amount(DEPOSIT)} from L1 to an account that L1 does not learn`,
    transaction: { gas: gasUsed, hash: transactionHash },
  }
}

function posted({ count: number, bytes, gas, last }: Posts) {
  return {
    label: 'batch',
    text: `${number} ${number === 1 ? 'post' : 'posts'} of ${count(bytes)} bytes in all hold them: commitments and signatures`,
    transaction: { gas, hash: last },
  }
}

function note(result: RollupResult, { bytes, gas }: Posts, transactions: number): void {
  result.l1Bytes = bytes
  result.l1Gas = Number(gas)
  const perTransaction = (value: number) => Math.round((value / transactions) * 100) / 100
  result.perTransaction = { bytes: perTransaction(bytes), gas: perTransaction(Number(gas)) }
}

async function catchLiar(stage: RollupStage, { l1, l2 }: Alone): Promise<void> {
  const { result, signal, step } = stage
  result.lieRefused = false
  const isDisputed = l2.network.decidedBy === 'dispute'
  if (isDisputed) {
    await step(
      'dispute',
      () => followDispute(l1, l2.network, signal),
      ({ rounds, seconds, gas }) => {
        result.disputeRounds = rounds
        result.disputeSeconds = seconds
        return {
          label: 'dispute',
          text: `${rounds} rounds between the liar and a member who re-executed, down to one step that has no proof`,
          figures: `gas ${count(gas)}`,
        }
      },
    )
  }
  const liar = l2.nodes[2]?.account
  await step(
    'lie',
    () => waitForRefutation(l1, l2.network, signal),
    (refuted) => ({
      label: isDisputed ? '' : 'lie',
      text: `${short(liar ?? '')} asserted a wrong balance; ${amount(refuted.reward)} of its bond go to ${short(refuted.winner)}, which re-executed`,
      transaction: { gas: refuted.gas, hash: refuted.transactionHash },
    }),
  )
  result.lieRefused = true
  // With a liar among the members, the truth waits until its claim can't be challenged any more.
  if (isDisputed) await letClaimsStand(l1)
}

/** A withdrawal: sent on L2, certain when the state behind it is confirmed, paid out on L1. */
async function leave(
  { result, signal, step }: RollupStage,
  { ground, user, leaver }: { ground: Alone; user: User; leaver: User['account'] },
): Promise<() => Promise<unknown>> {
  const { l1, l2 } = ground
  const recipient = newAccount().address
  // Whoever claims shows the sender on L1, so the demonstration leaves from an account of its own.
  await pay(user, leaver.address, WITHDRAWAL * 2n)
  const { client } = user
  const sent = await step(
    'withdraw',
    async () => {
      const message = await withdraw({ client, account: leaver, recipient, amount: WITHDRAWAL })
      const { blockNumber } = await client.getTransactionReceipt({ hash: message.hash })
      await waitForTag(client, 'finalized', blockNumber, signal)
      return message
    },
    () => ({
      label: 'assert',
      text: 'the state with a withdrawal in it is asserted and confirmed on L1',
    }),
  )
  const take = () =>
    claim({
      l1,
      l2: client,
      account: developmentAccount('relayer'),
      network: l2.network,
      index: sent.index,
    })
  await step('claim', take, ({ gasUsed, transactionHash }) => ({
    label: 'withdraw',
    text: `${amount(WITHDRAWAL)} are paid out on L1, against a proof of the message`,
    transaction: { gas: gasUsed, hash: transactionHash },
  }))
  result.withdrawn = (await balanceOf(ground, recipient)).toString()
  return take
}

function balanceOf({ l1, contracts }: Alone, account: Address): Promise<bigint> {
  return l1.readContract({
    address: contracts.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  })
}

function blocksOf({ receipts }: Sent): Set<bigint> {
  return new Set(receipts.map(({ blockNumber }) => blockNumber))
}
