import assert from 'node:assert/strict'
import { before, it } from 'node:test'
import { GameStatus } from '@ambrosia/chain/abi/dispute'
import { pause } from '@ambrosia/chain/follow'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Claim from './Claim.ts'
import { readGames, readPosition } from './ClaimBook.ts'
import { callHost } from './letterCaller.ts'
import { createLetterHost } from './letterHost.ts'
import { type Answer, type Letter, signLetter } from './letters.ts'
import { lieAbout } from './liars.ts'
import type { Player } from './Player.ts'
import { look } from './play.ts'
import { moveFiles } from './process/moveFiles.ts'
import { openRun } from './Run.ts'
import { createTalks, type Reaching } from './talks.ts'
import { startDispute, type TestDispute, testRules } from './testing/startDispute.ts'
import { storingProgram } from './testing/storingProgram.ts'
import { type Watcher, watchOnce } from './watch.ts'

const end = endOfSuite()
let dispute: TestDispute

before(async () => {
  dispute = await startDispute(end)
})

const runOf = (byte: number) => {
  const salt = new Uint8Array(32).fill(byte)
  return openRun(storingProgram(40), { input: salt, inputSalt: salt, salt })
}

it('a watcher that knows nothing of before challenges what is false once, plays it out, and lets the rest be', async (t) => {
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

it('two watchers play by letters, one comes back in between, and strangers are no part of it', async (t) => {
  const run = await runOf(3)
  const truth = await Claim.claimOf(run, testRules())
  const [asserter, challenger] = [dispute.seat(6), dispute.seat(7)]
  const told = await lieAbout(truth, { run, other: run, lie: 99n })
  const lie = await dispute.claim(asserter, told.content)
  const folder = useFolder(t)
  const wait = { timeoutMs: 60_000, signal: t.signal }
  const host = createLetterHost(asserter, { session: 'one', waitMs: 100 })
  let calls = 0
  const watcherOf = (role: 'asserter' | 'challenger', signal: AbortSignal, stopAt = Infinity) => {
    const seat = role === 'asserter' ? asserter : challenger
    const post = async (letter: Letter) => {
      if (++calls >= stopAt) throw new Error('the line is dead')
      const answer = await host.answer(letter.game, JSON.parse(JSON.stringify(letter)))
      return JSON.parse(JSON.stringify(answer)) as Answer
    }
    const ended: unknown[] = []
    const reaching: Reaching = (game, { other }) => {
      if (role === 'asserter')
        return { channel: host.open(game, other, wait), close: () => host.close(game) }
      const caller = callHost(seat, { game, other, ...wait, signal, post })
      return { channel: caller, close: () => caller.close() }
    }
    const talks = createTalks(reaching, (_, outcome) => void ended.push(outcome))
    const watcher: Watcher = {
      seat,
      store: moveFiles(`${folder}/${role}`),
      prove: dispute.prover.prove,
      runFor: async () => (role === 'asserter' ? told.run : run),
      talks,
    }
    return { watcher, talks, ended }
  }
  const dying = new AbortController()
  const first = watcherOf('challenger', dying.signal, 4)
  const [game] = (await watchOnce(first.watcher)).challenged as [`0x${string}`]
  const letterTo = { game, session: '', number: 0, text: '{"kind":"resume","depth":0}' }
  const early = await signLetter(challenger.account, challenger, letterTo)
  await assert.rejects(host.answer(game, early), { code: 'Dispute.NoTalk' })
  const asserting = watcherOf('asserter', t.signal)
  await watchOnce(asserting.watcher)
  while (calls < 6) await pause(20, t.signal)
  // The first challenger's process is gone; strangers, other games and altered letters come.
  dying.abort()
  await first.talks.idle()
  const stranger = await signLetter(dispute.seat(8).account, challenger, letterTo)
  const other = await signLetter(challenger.account, challenger, { ...letterTo, game: lie.id })
  for (const letter of [stranger, other, { ...early, text: 'x' }, { ...early, number: -1 }]) {
    await assert.rejects(host.answer(game, letter), { code: 'Dispute.LetterRefused' })
  }
  const second = watcherOf('challenger', t.signal)
  const block = await challenger.client.getBlockNumber({ cacheTime: 0 })
  await watchOnce(second.watcher)
  await Promise.all([second.talks.idle(), asserting.talks.idle()])
  assert.equal(await challenger.client.getBlockNumber({ cacheTime: 0 }), block, 'nothing on chain')
  assert.ok((second.ended[0] as { picks: number }).picks > 0)
  await watchOnce(asserting.watcher)
  const { status, low } = (await readPosition(asserter, game)).game
  assert.deepEqual([status, low], [GameStatus.Prove, 99n])
})
