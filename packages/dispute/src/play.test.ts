// Whole games with the machine, the real circuits and the contract on a chain.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { claimBookAbi, GameStatus, Link } from '@ambrosia/chain/abi/dispute'
import { hasCode } from '@ambrosia/primitives/Errors'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import type { Hex } from 'viem'
import * as Claim from './Claim.ts'
import { challenge, type MadeClaim, readPosition, type Seat } from './ClaimBook.ts'
import { turnOf } from './decide.ts'
import * as InputPackage from './InputPackage.ts'
import { type Lie, lieAbout } from './liars.ts'
import type { Player } from './Player.ts'
import { look, play } from './play.ts'
import { moveFiles } from './process/moveFiles.ts'
import { openRun, type Run } from './Run.ts'
import { startDispute, type TestDispute, testRules } from './testing/startDispute.ts'
import { stepsOf, storingProgram } from './testing/storingProgram.ts'

const ROUNDS = 1000
const STEPS = stepsOf(ROUNDS)
const program = storingProgram(ROUNDS)
const end = endOfSuite()
const salts = (byte: number) => ({
  inputSalt: new Uint8Array(32).fill(byte),
  salt: new Uint8Array(32).fill(byte + 1),
})
const pack = { input: new TextEncoder().encode('a private input of a test'), ...salts(3) }

let dispute: TestDispute
let run: Run
let other: Run
let truth: Claim.Claim
let asserter: Seat
let challenger: Seat

before(async () => {
  dispute = await startDispute(end)
  run = await openRun(program, InputPackage.fromBytes(InputPackage.toBytes(pack)))
  other = await openRun(program, { ...pack, input: new TextEncoder().encode('something else') })
  truth = await Claim.claimOf(run, testRules())
  asserter = dispute.seat(6)
  challenger = dispute.seat(7)
})

function playerOf(
  role: Player['role'],
  { seat, claim, run, folder }: { seat: Seat; claim: MadeClaim; run: Run; folder: string },
): Player {
  return { role, seat, claim, run, store: moveFiles(folder), prove: dispute.prover.prove }
}

/**
 * Plays to the end; each look by a player that knows nothing of the last. What an asserter can't
 * prove, they let pass by.
 */
async function playOut(
  game: Hex,
  players: { asserter: () => Player; challenger: () => Player },
): Promise<{ status: number; unproven: number }> {
  let unproven = 0
  let looks = 0
  for (;;) {
    const { game: state } = await readPosition(challenger, game)
    const turn = turnOf(state)
    if (turn === undefined) return { status: state.status, unproven }
    assert.ok(looks++ < 30, 'a game ends')
    try {
      assert.equal(await look(players[turn](), game), 'moved')
    } catch (error) {
      const isNoProof = hasCode(error, 'Prover.NoProof') || hasCode(error, 'Chain.ProofRefused')
      if (turn !== 'asserter' || !isNoProof) throw error
      unproven++
      assert.equal(await look(players.challenger(), game), 'waiting')
      await dispute.advance(3600 + 1000)
      assert.equal(await look(players.challenger(), game), 'moved')
    }
  }
}

async function outcomeOf(claim: Hex): Promise<number> {
  return await challenger.client.readContract({
    address: challenger.claimBook,
    abi: claimBookAbi,
    functionName: 'outcomeOf',
    args: [claim],
  })
}

const LIES: [string, Lie, Claim.LinkNumber][] = [
  ['the first state', 'genesis', Link.Genesis],
  ['the first step', 0n, Link.Steps],
  ['a step in the middle', STEPS / 2n + 3n, Link.Steps],
  ['the halt', STEPS - 1n, Link.Steps],
  ['a step of a halted machine', STEPS + 2n, Link.Steps],
  ['what the last state says', 'final', Link.Final],
]

describe('a lie loses', () => {
  for (const [name, lie, link] of LIES) {
    it(`about ${name}`, async (t) => {
      const told = await lieAbout(truth, { run, other, lie })
      const claim = await dispute.claim(asserter, told.content)
      assert.equal(told.link, link)
      assert.equal(await Claim.falseLinkOf(claim.content, run), link)
      const { game } = await challenge(challenger, claim, told.link)
      const folder = useFolder(t)
      const { status, unproven } = await playOut(game, {
        asserter: () =>
          playerOf('asserter', { seat: asserter, claim, run: told.run, folder: `${folder}/a` }),
        challenger: () =>
          playerOf('challenger', { seat: challenger, claim, run, folder: `${folder}/c` }),
      })
      assert.equal(status, GameStatus.ChallengerWon)
      assert.equal(unproven, 1, 'it came down to a statement that has no proof')
      assert.equal(await outcomeOf(claim.id), 3)
      const { game: last } = await readPosition(challenger, game)
      if (typeof lie === 'bigint') assert.equal(last.low, lie, 'down to the step of the lie')
    })
  }
})

it('where both lie, the true step between them is proven, the claim stays open, and an honest challenger ends it', async (t) => {
  const lie = 3000n
  const told = await lieAbout(truth, { run, other, lie })
  const claim = await dispute.claim(asserter, told.content)
  // Denies what is true long before the lie, and says what nobody else says to the end.
  const denied = 40n
  const denying: Run = {
    ...run,
    hashesAt: async (points) => {
      const hashes = await run.hashesAt(points)
      return hashes.map((hash, index) => ((points[index] as bigint) > denied ? hash ^ 1n : hash))
    },
  }
  const folder = useFolder(t)
  const playing = (challenging: Run, name: string) => ({
    asserter: () =>
      playerOf('asserter', { seat: asserter, claim, run: told.run, folder: `${folder}/a` }),
    challenger: () =>
      playerOf('challenger', {
        seat: challenger,
        claim,
        run: challenging,
        folder: `${folder}/${name}`,
      }),
  })
  const { game } = await challenge(challenger, claim, Link.Steps)
  const first = await playOut(game, playing(denying, 'liar'))
  assert.deepEqual(first, { status: GameStatus.AsserterWon, unproven: 0 })
  assert.equal((await readPosition(challenger, game)).game.low, denied)
  assert.equal(await outcomeOf(claim.id), 1, 'open')
  const { game: second } = await challenge(challenger, claim, Link.Steps)
  const { status } = await playOut(second, playing(run, 'honest'))
  assert.equal(status, GameStatus.ChallengerWon)
  assert.equal(await outcomeOf(claim.id), 3, 'fallen')
})

describe('the truth wins', () => {
  const DENIALS: [string, Claim.LinkNumber][] = [
    ['genesis', Link.Genesis],
    ['the steps', Link.Steps],
    ['final', Link.Final],
  ]
  for (const [name, link] of DENIALS) {
    it(`against who denies ${name}`, async (t) => {
      const claim = await dispute.claim(asserter, truth)
      assert.equal(await Claim.falseLinkOf(claim.content, run), undefined)
      const { game } = await challenge(challenger, claim, link)
      const folder = useFolder(t)
      // The challenger insists on a run that is not the one.
      const stubborn: Run = {
        ...other,
        hashesAt: async (points) => {
          const { game: state } = await readPosition(challenger, game)
          const hashes = await other.hashesAt(points)
          return hashes.map((hash, index) => (index === 0 ? BigInt(state.lowState) : hash))
        },
      }
      const { status, unproven } = await playOut(game, {
        asserter: () => playerOf('asserter', { seat: asserter, claim, run, folder: `${folder}/a` }),
        challenger: () =>
          playerOf('challenger', { seat: challenger, claim, run: stubborn, folder: `${folder}/c` }),
      })
      assert.deepEqual([status, unproven], [GameStatus.AsserterWon, 0])
      await dispute.advance(86_400 + 3600)
      assert.equal(await outcomeOf(claim.id), 2, 'it stands')
    })
  }
})

it('two players at the same time come to an end by themselves', async (t) => {
  const claim = await dispute.claim(asserter, truth)
  const { game } = await challenge(challenger, claim, Link.Final)
  const folder = useFolder(t)
  const signal = AbortSignal.timeout(120_000)
  const players = [
    playerOf('asserter', { seat: asserter, claim, run, folder: `${folder}/a` }),
    playerOf('challenger', { seat: challenger, claim, run, folder: `${folder}/c` }),
  ]
  const ends = await Promise.all(players.map((player) => play(player, game, { signal })))
  assert.deepEqual(ends, [GameStatus.AsserterWon, GameStatus.AsserterWon])
})
