// Players that are killed at every write: before and after each move is kept, before and after each
// transaction is sent.

import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, it } from 'node:test'
import { GameStatus, Link } from '@ambrosia/chain/abi/dispute'
import { sendRaw } from '@ambrosia/chain/send'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import type { Hex } from 'viem'
import * as Claim from './Claim.ts'
import { challenge, type MadeClaim, readPosition } from './ClaimBook.ts'
import { lieAbout } from './liars.ts'
import { type Channel, playOffChain } from './offChain.ts'
import type { Player } from './Player.ts'
import { look } from './play.ts'
import { moveFiles } from './process/moveFiles.ts'
import { openRun, type Run } from './Run.ts'
import { startDispute, type TestDispute, testRules } from './testing/startDispute.ts'
import { storingProgram } from './testing/storingProgram.ts'

/** Two rounds of 32. */
const ROUNDS = 40
const end = endOfSuite()
const proofs = new Map<string, ReturnType<TestDispute['prover']['prove']>>()
let dispute: TestDispute
let run: Run
let stubborn: Run
let truth: Claim.Claim

before(async () => {
  dispute = await startDispute(end)
  const salt = new Uint8Array(32).fill(9)
  run = await openRun(storingProgram(ROUNDS), { input: salt, inputSalt: salt, salt })
  truth = await Claim.claimOf(run, testRules())
  stubborn = (await lieAbout(truth, { run, other: run, lie: 100n })).run
})

class Killed extends Error {}

/** Ends whoever burns it for the last time, once. */
function fuseOf(length: number) {
  let left = length
  return {
    isLeft: () => left > 0,
    burn: () => {
      if (--left === 0) throw new Killed()
    },
  }
}

type Fuse = ReturnType<typeof fuseOf>

/** A player that knows what its folder and the chain know. */
function playerOf(
  role: Player['role'],
  parts: { claim: MadeClaim; folder: string; fuse: Fuse },
): Player {
  const { claim, folder, fuse } = parts
  const files = moveFiles(join(folder, role))
  const isAsserter = role === 'asserter'
  const seat = dispute.seat(isAsserter ? 6 : 7)
  return {
    role,
    claim,
    run: isAsserter ? run : stubborn,
    seat: {
      ...seat,
      send: async (call) => {
        fuse.burn()
        const receipt = await sendRaw(seat.client, seat.account, call)
        fuse.burn()
        return receipt
      },
    },
    store: {
      read: files.read,
      write: async (key, text) => {
        fuse.burn()
        await files.write(key, text)
        fuse.burn()
      },
    },
    prove: (circuit, input) => {
      // The same step of the same run, again and again.
      const key = JSON.stringify(input, (_key, value) =>
        typeof value === 'bigint' ? value.toString() : value,
      )
      const proof = proofs.get(key) ?? dispute.prover.prove(circuit, input)
      proofs.set(key, proof)
      return proof
    },
  }
}

async function openGame(): Promise<{ claim: MadeClaim; game: Hex }> {
  const claim = await dispute.claim(dispute.seat(6), truth)
  return { claim, game: (await challenge(dispute.seat(7), claim, Link.Steps)).game }
}

function unlessKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error
}

/** Plays on the chain, each look by a new player, until the game is over. */
async function playOut(game: Hex, create: (role: Player['role']) => Player): Promise<number> {
  for (let looks = 0; looks < 40; looks++) {
    for (const role of ['asserter', 'challenger'] as const) {
      await look(create(role), game).catch(unlessKilled)
    }
    const { status } = (await readPosition(dispute.seat(6), game)).game
    if (status >= GameStatus.AsserterWon) return status
  }
  return assert.fail('the game does not end')
}

/** Kills at the first write, the second and so on, until a game has no more of them. */
async function killAtEach(
  t: { after(work: () => void): void },
  play: (parts: { claim: MadeClaim; game: Hex; folder: string; fuse: Fuse }) => Promise<number>,
): Promise<number> {
  for (let length = 1; ; length++) {
    const fuse = fuseOf(length)
    const opened = await openGame()
    const status = await play({ ...opened, folder: useFolder(t), fuse })
    assert.equal(status, GameStatus.AsserterWon, `killed at write ${length}`)
    if (fuse.isLeft()) return length - 1
  }
}

it('a player killed at any write on the chain makes the same game of it', async (t) => {
  const points = await killAtEach(t, ({ claim, game, folder, fuse }) =>
    playOut(game, (role) => playerOf(role, { claim, folder, fuse })),
  )
  assert.equal(points, 20, 'two splits, two picks, a proof: kept and sent, before and after')
})

it('a player killed at any write off the chain signs nothing twice, and the game goes on', async (t) => {
  const points = await killAtEach(t, async ({ claim, game, folder, fuse }) => {
    const create = (role: Player['role']) => playerOf(role, { claim, folder, fuse })
    const [one, other] = wire()
    await Promise.all([
      playOffChain(create('asserter'), game, one).catch(unlessKilled).finally(one.close),
      playOffChain(create('challenger'), game, other).catch(unlessKilled).finally(other.close),
    ])
    return playOut(game, create)
  })
  assert.ok(points >= 18, `each side keeps what it signs and what both signed: ${points}`)
})

it('a kept move that is damaged is refused, and nothing is sent', async (t) => {
  const { claim, game } = await openGame()
  const folder = useFolder(t)
  const fuse = fuseOf(2)
  const create = () => playerOf('asserter', { claim, folder, fuse })
  await look(create(), game).catch(unlessKilled)
  const [name] = readdirSync(join(folder, 'asserter')) as [string]
  const damages = [
    '',
    '{"kind":"split","depth":0',
    '{}',
    'null',
    '{"kind":"split","depth":3,"states":[]}',
  ]
  for (const text of damages) {
    writeFileSync(join(folder, 'asserter', name), text)
    await assert.rejects(look(create(), game), { code: 'Dispute.MoveDamaged' }, text)
  }
  writeFileSync(join(folder, 'asserter', `${game}-cosigned`), '{"checkpoint":')
  await assert.rejects(look(create(), game), { code: 'Dispute.MoveDamaged' })
  assert.equal((await readPosition(dispute.seat(6), game)).game.status, GameStatus.Split)
})

/** Two ends; when one is closed, whoever waits at the other hears so. */
function wire(): [Channel & { close(): void }, Channel & { close(): void }] {
  const texts: [string[], string[]] = [[], []]
  const waiting: [((text?: string) => void)[], ((text?: string) => void)[]] = [[], []]
  let isClosed = false
  const end = (mine: 0 | 1) => ({
    send: (text: string) => {
      const next = waiting[1 - mine]?.shift()
      if (next === undefined) texts[1 - mine]?.push(text)
      else next(text)
    },
    next: () =>
      new Promise<string>((done, failed) => {
        const text = texts[mine].shift()
        const settle = (sent?: string) =>
          sent === undefined ? failed(new Error('gone')) : done(sent)
        if (text !== undefined || isClosed) settle(text)
        else waiting[mine].push(settle)
      }),
    close: () => {
      isClosed = true
      for (const settle of waiting.flat()) settle()
    },
  })
  return [end(0), end(1)]
}
