// What the chain shows of a run, and what happens when it changes its mind.

import assert from 'node:assert/strict'
import { before, it } from 'node:test'
import { GameStatus, Link } from '@ambrosia/chain/abi/dispute'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import type { Hex } from 'viem'
import * as Claim from './Claim.ts'
import { challenge, readPosition, type Seat } from './ClaimBook.ts'
import { lieAbout } from './liars.ts'
import type { Player } from './Player.ts'
import { look } from './play.ts'
import { moveFiles } from './process/moveFiles.ts'
import { openRun, type Run } from './Run.ts'
import { startDispute, type TestDispute, testRules } from './testing/startDispute.ts'
import { stepsOf, storingProgram } from './testing/storingProgram.ts'

const ROUNDS = 1000
const LIE = stepsOf(ROUNDS) / 2n
const end = endOfSuite()
let dispute: TestDispute
let asserter: Seat
let challenger: Seat

before(async () => {
  dispute = await startDispute(end)
  asserter = dispute.seat(6)
  challenger = dispute.seat(7)
})

function runWith(salt: number): Promise<Run> {
  return openRun(storingProgram(ROUNDS), {
    input: new TextEncoder().encode('one and the same input'),
    inputSalt: new Uint8Array(32).fill(salt),
    salt: new Uint8Array(32).fill(salt),
  })
}

async function openLie(t: { after(work: () => void): void }, run: Run) {
  const truth = await Claim.claimOf(run, testRules())
  const told = await lieAbout(truth, { run, other: run, lie: LIE })
  const claim = await dispute.claim(asserter, told.content)
  const { game } = await challenge(challenger, claim, Link.Steps)
  const folder = useFolder(t)
  const player = (role: Player['role'], seat: Seat, own: Run): Player => ({
    ...{ role, seat, claim, run: own },
    store: moveFiles(`${folder}/${role}`),
    prove: dispute.prover.prove,
  })
  const players = [
    player('asserter', asserter, told.run),
    player('challenger', challenger, run),
  ] as const
  return { game, players }
}

async function statusOf(game: Hex): Promise<number> {
  return (await readPosition(challenger, game)).game.status
}

/** Every word of calldata and logs from a block on. */
async function wordsFrom(block: bigint): Promise<Set<string>> {
  const { client } = challenger
  const words = new Set<string>()
  const add = (hex: string): void => {
    for (let at = 0; at + 64 <= hex.length; at += 64) words.add(hex.slice(at, at + 64))
  }
  const head = await client.getBlockNumber({ cacheTime: 0 })
  for (let blockNumber = block + 1n; blockNumber <= head; blockNumber++) {
    const { transactions } = await client.getBlock({ blockNumber, includeTransactions: true })
    for (const { hash, input } of transactions) {
      add(input.slice(10))
      const { logs } = await client.getTransactionReceipt({ hash })
      for (const { topics, data } of logs)
        add([...topics, data].map((hex) => hex.slice(2)).join(''))
    }
  }
  return words
}

it('the same program on the same input twice has no root and no state in common on the chain', async (t) => {
  const played: Set<string>[] = []
  for (const salt of [5, 6]) {
    const from = await challenger.client.getBlockNumber({ cacheTime: 0 })
    const { game, players } = await openLie(t, await runWith(salt))
    while ((await statusOf(game)) !== GameStatus.Prove)
      for (const one of players) await look(one, game)
    played.push(await wordsFrom(from))
  }
  const [first, second] = played as [Set<string>, Set<string>]
  const run = await runWith(5)
  const known = [run.programId, await answerOf(run)].map((value) => Claim.toHash(value).slice(2))
  // Random words are told from numbers, addresses and offsets by their first eight bytes.
  const common = [...first].filter((word) => second.has(word) && !word.startsWith('0'.repeat(16)))
  const topics = common.filter((word) => !known.includes(word))
  assert.ok(first.size > 60, 'states are on the chain')
  for (const hash of await run.hashesAt(Array.from({ length: 40 }, (_, i) => BigInt(i) * 130n))) {
    assert.ok(!second.has(Claim.toHash(hash).slice(2)))
  }
  // Names of events are all that is left.
  assert.ok(topics.length <= 12, `${topics.length} words in common`)
})

async function answerOf(run: Run): Promise<bigint> {
  return BigInt((await run.ending(2n ** 40n)).answer)
}

it('moves that a reorganisation took away are made again, the same ones', async (t) => {
  const { game, players } = await openLie(t, await runWith(7))
  const [one, other] = players
  const snapshot = await dispute.test.snapshot()
  await look(one, game)
  await look(other, game)
  await look(one, game)
  const before = await readPosition(challenger, game)
  await dispute.test.revert({ id: snapshot })
  assert.equal(await statusOf(game), GameStatus.Split)
  assert.equal(await look(other, game), 'waiting')
  await look(one, game)
  await look(other, game)
  await look(one, game)
  const after = await readPosition(challenger, game)
  assert.deepEqual(after.posted, before.posted)
  assert.deepEqual([after.game.low, after.game.high], [before.game.low, before.game.high])
})

it('a reorganisation that takes the game away leaves the player with the same moves when it is opened again', async (t) => {
  const run = await runWith(11)
  const truth = await Claim.claimOf(run, testRules())
  const told = await lieAbout(truth, { run, other: run, lie: LIE })
  const claim = await dispute.claim(asserter, told.content)
  const folder = useFolder(t)
  const asserting: Player = {
    ...{ role: 'asserter', seat: asserter, claim, run: told.run },
    store: moveFiles(folder),
    prove: dispute.prover.prove,
  }
  const snapshot = await dispute.test.snapshot()
  const { game } = await challenge(challenger, claim, Link.Steps)
  await look(asserting, game)
  const before = await readPosition(challenger, game)
  await dispute.test.revert({ id: snapshot })
  await assert.rejects(look(asserting, game), { code: 'Chain.GameUnknown' })
  const again = await challenge(challenger, claim, Link.Steps)
  assert.equal(again.game, game)
  // It knows the move from before, whatever its run would say now.
  const changed: Player = { ...asserting, run: { ...told.run, hashesAt: () => assert.fail() } }
  assert.equal(await look(changed, game), 'moved')
  assert.deepEqual((await readPosition(challenger, game)).posted, before.posted)
})

it('a claim about another program or input is not played, signed or denied', async () => {
  const run = await runWith(8)
  const content = await Claim.claimOf(run, testRules())
  const other = await openRun(storingProgram(10), {
    input: new TextEncoder().encode('one and the same input'),
    inputSalt: new Uint8Array(32).fill(8),
    salt: new Uint8Array(32).fill(8),
  })
  const claim = { place: asserter, claimant: asserter.account.address, content }
  const [recipient] = dispute.recipients as [Seat['account']]
  await assert.rejects(Claim.falseLinkOf(content, other), { code: 'Dispute.ProgramMismatch' })
  await assert.rejects(Claim.signReceipt(recipient, claim, other), {
    code: 'Dispute.ProgramMismatch',
  })
  const salted = await runWith(9)
  await assert.rejects(Claim.falseLinkOf(content, salted), { code: 'Dispute.InputMismatch' })
  const hidden = { ...content, firstState: content.lastState }
  await assert.rejects(Claim.signReceipt(recipient, { ...claim, content: hidden }, run), {
    code: 'Dispute.FirstState',
  })
  const narrow = { ...content, lines: 3n }
  await assert.rejects(Claim.signReceipt(recipient, { ...claim, content: narrow }, run), {
    code: 'Dispute.Limit',
  })
})
