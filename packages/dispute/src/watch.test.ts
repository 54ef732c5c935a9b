import assert from 'node:assert/strict'
import { before, it } from 'node:test'
import { GameStatus } from '@ambrosia/chain/abi/dispute'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Claim from './Claim.ts'
import { readGames, readPosition } from './ClaimBook.ts'
import { lieAbout } from './liars.ts'
import type { Player } from './Player.ts'
import { look } from './play.ts'
import { moveFiles } from './process/moveFiles.ts'
import { openRun } from './Run.ts'
import { startDispute, type TestDispute, testRules } from './testing/startDispute.ts'
import { storingProgram } from './testing/storingProgram.ts'
import { type Watcher, watchOnce } from './watch.ts'

const end = endOfSuite()
let dispute: TestDispute

before(async () => {
  dispute = await startDispute(end)
})

it('a watcher that knows nothing of before challenges what is false once, plays it out, and lets the rest be', async (t) => {
  const runOf = (byte: number) => {
    const salt = new Uint8Array(32).fill(byte)
    return openRun(storingProgram(40), { input: salt, inputSalt: salt, salt })
  }
  const [run, hidden] = [await runOf(1), await runOf(2)]
  const truth = await Claim.claimOf(run, testRules())
  const asserter = dispute.seat(6)
  const told = await lieAbout(truth, { run, other: run, lie: 77n })
  const lie = await dispute.claim(asserter, told.content)
  const honest = await dispute.claim(asserter, truth)
  await dispute.claim(asserter, await Claim.claimOf(hidden, testRules()))
  const folder = useFolder(t)
  const watcher = (): Watcher => ({
    seat: dispute.seat(7),
    store: moveFiles(`${folder}/watcher`),
    prove: () => assert.fail('a challenger proves nothing'),
    runFor: async ({ inputRoot }) => (inputRoot === Claim.toHash(run.inputRoot) ? run : undefined),
  })
  const first = await watchOnce(watcher())
  assert.deepEqual([first.open, first.unknown, first.challenged.length], [3, 1, 1])
  const [game] = first.challenged as [`0x${string}`]
  const player: Player = {
    ...{ role: 'asserter', seat: asserter, claim: lie, run: told.run },
    store: moveFiles(`${folder}/asserter`),
    prove: dispute.prover.prove,
  }
  while ((await readPosition(asserter, game)).game.status !== GameStatus.Prove) {
    await look(player, game)
    const seen = await watchOnce(watcher())
    assert.deepEqual([seen.challenged.length, seen.playing], [0, 1])
  }
  await dispute.advance(5000)
  assert.equal((await watchOnce(watcher())).playing, 1, 'it calls time')
  assert.equal((await readPosition(asserter, game)).game.status, GameStatus.ChallengerWon)
  const last = await watchOnce(watcher())
  assert.deepEqual([last.challenged, last.playing], [[], 0])
  assert.deepEqual(await readGames(asserter, honest.id), [])
})
