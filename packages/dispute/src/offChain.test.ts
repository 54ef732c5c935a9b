// Games by signed messages, with the contract on a chain; the other side answers, lies, falls
// silent, sends nonsense, signs twice.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Checkpoint, claimBookAbi, GameStatus, Link } from '@ambrosia/chain/abi/dispute'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { createWalletClient, decodeFunctionData, type Hex, http } from 'viem'
import { pointsOf } from './Bisection.ts'
import * as Claim from './Claim.ts'
import { challenge, type MadeClaim, readPosition, type Seat, write } from './ClaimBook.ts'
import { showTwice, signOnce } from './checkpoints.ts'
import { readCoSigned } from './coSigned.ts'
import { lieAbout } from './liars.ts'
import { type Channel, playOffChain } from './offChain.ts'
import { evenly, type Offer, picksOf } from './offers.ts'
import type { Player } from './Player.ts'
import { look } from './play.ts'
import { moveFiles } from './process/moveFiles.ts'
import { openRun, type Run } from './Run.ts'
import { startDispute, type TestDispute, testRules } from './testing/startDispute.ts'
import { stepsOf, storingProgram } from './testing/storingProgram.ts'
import { watchOnce } from './watch.ts'

const ROUNDS = 1000
const LIE = stepsOf(ROUNDS) / 3n
/** Of a claim over more steps than the program takes: about its last state, which stays. */
const FAR = 700_000n
const end = endOfSuite()
const pack = {
  input: new TextEncoder().encode('a private input of a test'),
  inputSalt: new Uint8Array(32).fill(1),
  salt: new Uint8Array(32).fill(2),
}

let dispute: TestDispute
let run: Run
let truth: Claim.Claim
let asserter: Seat
let challenger: Seat

before(async () => {
  dispute = await startDispute(end)
  run = await openRun(storingProgram(ROUNDS), pack)
  truth = await Claim.claimOf(run, testRules())
  asserter = dispute.seat(6)
  challenger = dispute.seat(7)
})

/**
 * Two ends of a wire on which `change` may alter, drop (undefined) or keep what the asserter sends.
 */
function wire(change: (text: string) => string | undefined = (text) => text): [Channel, Channel] {
  const queues: string[][] = [[], []]
  const wakes: (() => void)[] = [() => {}, () => {}]
  const endOf = (mine: number): Channel => ({
    send: (text) => {
      const sent = mine === 0 ? change(text) : text
      if (sent === undefined) return
      queues[1 - mine]?.push(sent)
      wakes[1 - mine]?.()
    },
    next: async () => {
      const deadline = Date.now() + 20_000
      for (;;) {
        const text = queues[mine]?.shift()
        if (text !== undefined) return text
        if (closed || Date.now() > deadline) throw new Error('silence')
        await new Promise<void>((done) => {
          wakes[mine] = done
          setTimeout(done, 50)
        })
      }
    },
  })
  let closed = false
  const ends: [Channel, Channel] = [endOf(0), endOf(1)]
  closers.set(ends[0], () => {
    closed = true
  })
  return ends
}
const closers = new WeakMap<Channel, () => void>()

async function open(
  t: { after(work: () => void): void },
  lie: bigint | undefined,
  content = truth,
) {
  const told =
    lie === undefined ? { content, run } : await lieAbout(content, { run, other: run, lie })
  const claim = await dispute.claim(asserter, told.content)
  const { game } = await challenge(challenger, claim, Link.Steps)
  const folder = useFolder(t)
  const player = (role: Player['role'], seat: Seat, own: Run): Player => ({
    ...{ role, seat, claim, run: own },
    store: moveFiles(`${folder}/${role}`),
    prove: dispute.prover.prove,
  })
  return {
    game,
    claim: claim as MadeClaim,
    asserter: player('asserter', asserter, told.run),
    challenger: player('challenger', challenger, run),
  }
}

type Opened = Awaited<ReturnType<typeof open>>

async function playBoth(opened: Opened, [one, other]: [Channel, Channel]): Promise<number[]> {
  return await Promise.all([
    playOffChain(opened.asserter, opened.game, one).finally(() => closers.get(one)?.()),
    playOffChain(opened.challenger, opened.game, other).finally(() => closers.get(one)?.()),
  ])
}

async function stateOf(game: Hex) {
  return (await readPosition(challenger, game)).game
}

async function startOf(game: Hex): Promise<Checkpoint> {
  const { low, high, lowState, highState } = await stateOf(game)
  return { game, depth: 0n, low, high, lowState, highState }
}

/** As a player without a memory would sign. */
async function signAnything(player: Player, checkpoint: Checkpoint): Promise<Hex> {
  const store = { read: async () => undefined, write: async () => {} }
  return await signOnce({ ...player, store }, checkpoint)
}

describe('off the chain', () => {
  it('a lie comes down to its step with nothing on the chain between, and loses', async (t) => {
    const opened = await open(t, LIE)
    const before = await challenger.client.getBlockNumber({ cacheTime: 0 })
    const [picks] = await playBoth(opened, wire())
    assert.equal(await challenger.client.getBlockNumber({ cacheTime: 0 }), before, 'nothing')
    assert.equal(await look(opened.challenger, opened.game), 'waiting', 'the asserter is on turn')
    // Without a proof all that is left is to enter, which gains time.
    assert.equal(await look(opened.asserter, opened.game), 'moved')
    const state = await stateOf(opened.game)
    assert.deepEqual([state.status, state.low, state.depth], [GameStatus.Prove, LIE, picks])
    await assert.rejects(look(opened.asserter, opened.game), { code: 'Chain.ProofRefused' })
    await dispute.advance(5000)
    assert.equal(await look(opened.challenger, opened.game), 'moved')
    assert.equal((await stateOf(opened.game)).status, GameStatus.ChallengerWon)
  })

  it('a true claim is proven in the one transaction that enters its last step', async (t) => {
    const opened = await open(t, undefined)
    // Denies what is true, from a step on.
    const stubborn = await lieAbout(truth, { run, other: run, lie: LIE })
    const denying = { ...opened, challenger: { ...opened.challenger, run: stubborn.run } }
    await playBoth(denying, wire())
    const sent: string[] = []
    const asserting: Player = { ...opened.asserter, onSent: (what) => void sent.push(what) }
    // As after a crash: all that it knows is what it kept.
    assert.equal(await look(asserting, opened.game), 'moved')
    assert.deepEqual(sent, ['enterAndProve'])
    assert.equal((await stateOf(opened.game)).status, GameStatus.AsserterWon)
    assert.equal(await look(denying.challenger, opened.game), 'over')
  })

  it('an asserter that begins anew on the chain is met with what it had signed', async (t) => {
    const opened = await open(t, LIE)
    await playBoth(opened, wire())
    const { seat, run: told } = opened.asserter
    const { low, high } = await stateOf(opened.game)
    const states = (await told.hashesAt(pointsOf(low, high).slice(1, -1))).map(Claim.toHash)
    await write(seat, 'split', [opened.game, 0, states.with(3, states[4] as Hex)])
    const sent: string[] = []
    const honest: Player = { ...opened.challenger, onSent: (what) => void sent.push(what) }
    assert.equal(await look(honest, opened.game), 'moved')
    assert.deepEqual(sent, ['enter'])
    const state = await stateOf(opened.game)
    assert.deepEqual([state.status, state.low], [GameStatus.Prove, LIE])
  })

  const steps = 2n ** 20n

  /** What the asserter of a long run said, in numbers of states or digests, and where it ended. */
  async function playLong(opened: Opened, change: (text: string) => string = (text) => text) {
    const said = new Set<string>()
    const ends = wire((text) => {
      said.add(text)
      return change(text)
    })
    await playBoth(opened, ends)
    await look(opened.asserter, opened.game)
    const offers = [...said].map((text) => JSON.parse(text)).filter(({ kind }) => kind !== 'sign')
    const counts = offers.map(
      ({ kind, states, digests }) => `${kind} ${(states ?? digests).length}`,
    )
    return { counts, low: (await stateOf(opened.game)).low }
  }

  it('a long run is narrowed by digests, and few of its states are hashed', async (t) => {
    const opened = await open(t, LIE, { ...truth, steps })
    const asked: bigint[] = []
    const { hashesAt } = opened.challenger.run
    opened.challenger.run = {
      ...opened.challenger.run,
      hashesAt: (points) => {
        asked.push(...points)
        return hashesAt(points)
      },
    }
    const { counts, low } = await playLong(opened)
    const sketches = ['sketch 7', 'sketch 7']
    assert.deepEqual(counts, [...sketches, 'split 1', 'split 31', 'split 31', 'split 15'])
    assert.equal(low, LIE)
    assert.ok(new Set(asked).size < 2 + 2 + 3 * 5 + 2, `${asked}`)
  })

  it('a lie in the middle of a long run is split on both sides of where the digests led', async (t) => {
    const opened = await open(t, FAR, { ...truth, steps })
    const { counts, low } = await playLong(opened)
    assert.deepEqual(counts.slice(0, 3), ['sketch 7', 'sketch 7', 'split 2'])
    assert.equal(low, FAR)
  })

  const zeros = (text: string) =>
    text.includes('"sketch"') ? text.replace(/"0x[0-9a-f]{64}"/g, `"0x${'0'.repeat(64)}"`) : text

  it('who lies in digests gains a round, after which the run is halved', async (t) => {
    const opened = await open(t, FAR, { ...truth, steps })
    const { counts, low } = await playLong(opened, zeros)
    assert.deepEqual(counts.slice(0, 4), ['sketch 7', 'sketch 7', 'split 1', 'split 1'])
    assert.equal(low, FAR)
  })

  for (const side of ['asserter', 'challenger'] as const) {
    it(`the ${side} is killed between sketches, and comes back`, async (t) => {
      const opened = await open(t, LIE, { ...truth, steps })
      const { run } = opened[side]
      let sketches = 0
      const digestsAt: Run['digestsAt'] = (points) => {
        if (++sketches === 2) throw new Error('killed')
        return run.digestsAt(points)
      }
      const dying = { ...opened[side], run: { ...run, digestsAt } }
      const ends = wire()
      const [mine, theirs] = side === 'asserter' ? ends : [ends[1], ends[0]]
      const staying = opened[side === 'asserter' ? 'challenger' : 'asserter']
      const rest = playOffChain(staying, opened.game, theirs)
      await assert.rejects(playOffChain(dying, opened.game, mine), { message: 'killed' })
      await playOffChain(dying, opened.game, mine)
      await rest
      for (const player of [opened.asserter, opened.challenger]) {
        const kept = await readCoSigned(player, opened.game)
        assert.equal(kept?.checkpoint.low, LIE, player.role)
      }
    })
  }

  const ASTRAY: [string, (text: string) => string][] = [
    ['beyond the position', (text) => text.replace('"low":"0"', `"low":"0","high":"${2n ** 63n}"`)],
    ['of no length', (text) => text.replace(/"high":"\d+"/, '"high":"0"')],
    ['without digests', (text) => text.replace(/"digests":\[[^\]]*\]/, '"digests":[]')],
    ['of a number that is none', (text) => text.replace('"low":"0"', '"low":"-1"')],
  ]
  for (const [name, change] of ASTRAY) {
    it(`a sketch ${name} is not answered`, async (t) => {
      const opened = await open(t, LIE, { ...truth, steps })
      const bad = (text: string) => {
        const isSketch = text.includes('"sketch"')
        // A key that is written twice counts as it is written last.
        return isSketch ? change(text.replace(/("high":"\d+"),/, '') || text) : text
      }
      const { counts } = await playLong(opened, bad)
      assert.deepEqual(counts, ['sketch 7'])
    })
  }

  it('splits that hardly shorten the stretch end the messages, and leave the chain', async (t) => {
    const opened = await open(t, LIE, { ...truth, steps })
    let at = await startOf(opened.game)
    const texts: string[] = []
    const splitAgain = () => {
      const points = [at.high - 1n]
      const split = { kind: 'split', depth: Number(at.depth), points: points.map(String) }
      texts.push(JSON.stringify({ ...split, states: [at.highState] }))
      return picksOf({ at, points, states: [at.highState] })[0] as Checkpoint
    }
    let next = splitAgain()
    const channel: Channel = {
      send: () => {},
      next: async () => {
        const text = texts.shift()
        if (text !== undefined) return text
        const signature = await signAnything(opened.asserter, next)
        const depth = Number(at.depth)
        at = next
        next = splitAgain()
        return JSON.stringify({ kind: 'sign', depth, signature })
      },
    }
    assert.equal(await playOffChain(opened.challenger, opened.game, channel), 96)
    assert.equal(await look(opened.challenger, opened.game), 'waiting')
  })

  it('who falls silent half-way is played on the chain from there', async (t) => {
    const opened = await open(t, LIE)
    let messages = 0
    await playBoth(
      opened,
      wire((text) => (++messages > 4 ? undefined : text)),
    )
    await look(opened.asserter, opened.game)
    const reached = await stateOf(opened.game)
    assert.equal(reached.depth, 2, 'what both signed')
    while ((await stateOf(opened.game)).status !== GameStatus.Prove) {
      await look(opened.asserter, opened.game)
      await look(opened.challenger, opened.game)
    }
    assert.equal((await stateOf(opened.game)).low, LIE)
  })

  const NONSENSE: [string, (text: string) => string][] = [
    ['no JSON', () => 'hello'],
    ['null', () => 'null'],
    ['another depth', (text) => text.replace('"depth":0', '"depth":7')],
    ['a state too few', (text) => text.replace(/"0x[0-9a-f]{64}",/, '')],
    ['a state of another form', (text) => text.replace(/"0x[0-9a-f]{2}/, '"0x')],
    [
      'a signature that is none',
      (text) => text.replace(/"signature":"0x[0-9a-f]{8}/, '"signature":"0x00000000'),
    ],
  ]
  for (const [name, change] of NONSENSE) {
    it(`${name} is not answered, and the chain stands where it stood`, async (t) => {
      const opened = await open(t, LIE)
      await playBoth(opened, wire(change))
      const state = await stateOf(opened.game)
      assert.ok(state.depth <= 1 && state.status === GameStatus.Split)
    })
  }

  it('a player that signed a position never signs another of its depth, after a crash neither', async (t) => {
    const opened = await open(t, LIE)
    const { run: told } = opened.asserter
    const { low, high } = await stateOf(opened.game)
    const states = (await told.hashesAt(pointsOf(low, high).slice(1, -1))).map(Claim.toHash)
    const sent: string[] = []
    // The asserter sends these states and then nothing.
    const saying = (...texts: string[]): Channel => ({
      send: (text) => void (text.includes('"pick"') && sent.push(text)),
      next: async () => texts.shift() ?? Promise.reject(new Error('silence')),
    })
    const split = (which: readonly Hex[]) =>
      JSON.stringify({ kind: 'split', depth: 0, states: which })
    assert.equal(await playOffChain(opened.challenger, opened.game, saying(split(states))), 0)
    assert.equal(sent.length, 1)
    // It comes back with others, so that another segment would be picked; and with the same.
    const others = states.with(0, states.at(-1) as Hex)
    for (const which of [others, states]) {
      assert.equal(await playOffChain(opened.challenger, opened.game, saying(split(which))), 0)
    }
    assert.ok(sent.length > 1 && new Set(sent).size === 1)
  })

  for (const role of ['asserter', 'challenger'] as const) {
    it(`the ${role} is killed and comes back, and the messages go on where both stood`, async (t) => {
      const opened = await open(t, LIE)
      const { store } = opened[role]
      let writes = 0
      const write = async (key: string, text: string) => {
        if (key.endsWith('-cosigned') && ++writes === 2) throw new Error('killed')
        await store.write(key, text)
      }
      const dying = { ...opened[role], store: { ...store, write } }
      const ends = wire()
      const [mine, theirs] = role === 'asserter' ? ends : [ends[1], ends[0]]
      const staying = opened[role === 'asserter' ? 'challenger' : 'asserter']
      const rest = playOffChain(staying, opened.game, theirs)
      await assert.rejects(playOffChain(dying, opened.game, mine), { message: 'killed' })
      assert.ok((await playOffChain(dying, opened.game, mine)) > 0)
      assert.ok((await rest) > 0)
      for (const player of [opened.asserter, opened.challenger]) {
        const kept = await readCoSigned(player, opened.game)
        assert.equal(kept?.checkpoint.low, LIE, player.role)
      }
    })
  }

  it('who never answers does not use up the clock of the asserter', async (t) => {
    const opened = await open(t, undefined)
    await dispute.advance(3595)
    const startedMs = performance.now()
    const mute: Channel = { send: () => {}, next: () => new Promise(() => {}) }
    assert.equal(await playOffChain(opened.asserter, opened.game, mute), 0)
    assert.ok(performance.now() - startedMs < 3000, 'half of what was left')
    assert.equal(await look(opened.asserter, opened.game), 'moved')
  })
})

function offerOf(at: Checkpoint, states: Hex[]): Offer {
  return { at, states, points: evenly(at, states.length) }
}

describe('two positions of one depth, signed by one side', () => {
  /** What the challenger of a true claim sends: picks of these segments, all of the first split. */
  function picking(by: Player, at: Checkpoint, segments: number[]): Channel {
    let states: Hex[] = []
    return {
      send: (text) => {
        const message = JSON.parse(text)
        if (message.kind === 'split' && message.depth === 0) states = message.states
      },
      next: async () => {
        const segment = segments.shift()
        if (segment === undefined) throw new Error('silence')
        const signature = await signAnything(
          by,
          picksOf(offerOf(at, states))[segment] as Checkpoint,
        )
        return JSON.stringify({ kind: 'pick', depth: 0, segment, signature })
      },
    }
  }

  it('by the challenger: the asserter shows them, and has won without a proof', async (t) => {
    const opened = await open(t, undefined)
    const at = await startOf(opened.game)
    const channel = picking(opened.challenger, at, [3, 5])
    assert.equal(await playOffChain(opened.asserter, opened.game, channel), 1)
    const sent: string[] = []
    const asserting: Player = { ...opened.asserter, onSent: (what) => void sent.push(what) }
    assert.equal(await look(asserting, opened.game), 'moved')
    assert.deepEqual(sent, ['showEquivocation'])
    assert.equal((await stateOf(opened.game)).status, GameStatus.AsserterWon)
    assert.equal(await look(asserting, opened.game), 'over')
  })

  it('the same one twice, or one that somebody else signed, shows nothing', async (t) => {
    const opened = await open(t, undefined)
    const at = await startOf(opened.game)
    const same = picking(opened.challenger, at, [3, 3])
    await playOffChain(opened.asserter, opened.game, same)
    const stranger = { ...opened.challenger, seat: dispute.seat(8) }
    await playOffChain(opened.asserter, opened.game, picking(stranger, at, [5]))
    assert.equal(await showTwice(opened.asserter, opened.game), false)
  })

  it('by the asserter: a watcher shows them, and the claim has fallen', async (t) => {
    const opened = await open(t, LIE)
    const at = await startOf(opened.game)
    const points = pointsOf(at.low, at.high).slice(1, -1)
    const states = (await opened.asserter.run.hashesAt(points)).map(Claim.toHash)
    /** Signs the pick that it was sent, or the one beside it. */
    const signing = (beside: number): Channel => {
      let picked: number | undefined
      const texts = [JSON.stringify({ kind: 'split', depth: 0, states })]
      return {
        send: (text) => {
          const message = JSON.parse(text)
          if (message.kind === 'pick') picked = message.segment
        },
        next: async () => {
          const text = texts.shift()
          if (text !== undefined) return text
          if (picked === undefined) throw new Error('silence')
          const checkpoint = picksOf(offerOf(at, states))[picked + beside] as Checkpoint
          picked = undefined
          const signature = await signAnything(opened.asserter, checkpoint)
          return JSON.stringify({ kind: 'sign', depth: 0, signature })
        },
      }
    }
    assert.equal(await playOffChain(opened.challenger, opened.game, signing(1)), 0)
    assert.equal(await look(opened.challenger, opened.game), 'waiting', 'one is not two')
    assert.equal(await playOffChain(opened.challenger, opened.game, signing(0)), 0)
    const { seat, store, prove } = opened.challenger
    await watchOnce({ seat, store, prove, runFor: async () => run })
    assert.equal((await stateOf(opened.game)).status, GameStatus.ChallengerWon)
  })

  it('in a transaction that was reverted: the game is won without it, and a stranger can show it', async (t) => {
    const opened = await open(t, LIE)
    await playBoth(opened, wire())
    const kept = await readCoSigned(opened.challenger, opened.game)
    const due = kept?.checkpoint as Checkpoint
    const second = { ...due, low: due.low - 1n, high: due.high - 1n }
    const theirs = await signAnything(opened.asserter, second)
    const call = { address: asserter.claimBook, abi: claimBookAbi, functionName: 'enter' } as const
    const wallet = createWalletClient({ account: asserter.account, transport: http(dispute.url) })
    const hash = await wallet.writeContract({
      ...{ ...call, chain: null, gas: 500_000n },
      args: [second, theirs, kept?.challenger as Hex],
    })
    const receipt = await asserter.client.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'reverted')
    // The honest side has not seen it, and wins as ever.
    const unseeing = await dispute.test.snapshot()
    assert.equal(await look(opened.asserter, opened.game), 'moved')
    await dispute.advance(5000)
    assert.equal(await look(opened.challenger, opened.game), 'moved')
    assert.equal((await stateOf(opened.game)).status, GameStatus.ChallengerWon)
    await dispute.test.revert({ id: unseeing })
    // Whoever reads the block has both signatures of the asserter.
    const { input } = await challenger.client.getTransaction({ hash })
    const { args } = decodeFunctionData({ abi: claimBookAbi, data: input })
    const [shown, signature] = args as unknown as [Checkpoint, Hex]
    const both = [due, kept?.asserter as Hex, shown, signature] as const
    await write(dispute.seat(8), 'showEquivocation', both)
    assert.equal((await stateOf(opened.game)).status, GameStatus.ChallengerWon)
  })
})
