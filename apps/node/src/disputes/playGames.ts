import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import { pause } from '@ambrosia/chain/follow'
import { readEvents } from '@ambrosia/chain/readEvents'
import { type MadeClaim, readClaims, readPosition, readRules } from '@ambrosia/dispute/ClaimBook'
import { lieAbout } from '@ambrosia/dispute/liars'
import { type Channel, playOffChain } from '@ambrosia/dispute/offChain'
import type { Player } from '@ambrosia/dispute/Player'
import { look } from '@ambrosia/dispute/play'
import type { Run } from '@ambrosia/dispute/Run'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import * as KillPoint from '@ambrosia/service/KillPoint'
import type { Node } from '../Node.ts'
import { disputesOf } from './Disputes.ts'
import { readOwnClaim } from './makeClaim.ts'
import { obtainRun } from './obtainRun.ts'

/** A side waits so long for a message: this part of the clock. */
const PATIENCE_PART = 4
const LONGEST_PATIENCE_MS = 600_000

/** Plays the games that this node is a side of. */
export type Players = {
  /** Finds games that nobody here plays yet, and begins to; `idle` waits for those under way. */
  look(signal: AbortSignal): Promise<void>
  idle(): Promise<void>
}

/**
 * Everything that a player needs is on the chain and among its kept moves, so a process that was
 * killed goes on with the games it had.
 */
export function createPlayers(node: Node, options: { pollMs: number }): Players {
  const playing = new Map<Hex, Promise<void>>()
  const over = new Set<Hex>()
  return {
    async look(signal) {
      for (const { game, claim, role } of await ownGames(node)) {
        if (playing.has(game) || over.has(game)) continue
        const { pollMs } = options
        const work = playOne(node, { game, claim, role, pollMs, signal })
          .then(() => void over.add(game))
          // Whatever it was, the next look tries again.
          .catch((error: unknown) => {
            if (!signal.aborted) node.log.warn({ err: error, game }, 'a game is taken up again')
          })
          .finally(() => playing.delete(game))
        playing.set(game, work)
      }
    },
    idle: async () => void (await Promise.all(playing.values())),
  }
}

type OwnGame = { game: Hex; claim: Hex; role: Player['role'] }

async function ownGames(node: Node): Promise<OwnGame[]> {
  const { seat } = disputesOf(node)
  const query = { address: seat.claimBook, abi: claimBookAbi } as const
  const options = { fromBlock: seat.fromBlock }
  const opened = await readEvents(node.client, { ...query, eventName: 'GameOpened' }, options)
  if (opened.length === 0) return []
  const claimant = seat.account.address
  const made = { ...query, eventName: 'ClaimMade', args: { claimant } } as const
  const own = new Set((await readEvents(node.client, made, options)).map(({ args }) => args.claim))
  return opened.flatMap(({ args: { game, claim, challenger } }): OwnGame[] => {
    if (own.has(claim)) return [{ game, claim, role: 'asserter' }]
    return challenger.toLowerCase() === node.address ? [{ game, claim, role: 'challenger' }] : []
  })
}

type Playing = OwnGame & { pollMs: number; signal: AbortSignal }

async function playOne(node: Node, { game, claim: id, role, pollMs, signal }: Playing) {
  const { seat, moves, prove } = disputesOf(node)
  const claim = (await readClaims(seat)).find((one) => one.id === id)
  if (claim === undefined) throw new Error('a game over a claim that is not there')
  const run = role === 'asserter' ? await ownRun(node, claim) : await runOf(node, claim)
  const player: Player = {
    ...{ role, seat, claim, run, prove },
    store: {
      read: moves.read,
      write: async (key, text) => {
        KillPoint.reach('node.dispute.moving')
        await moves.write(key, text)
        KillPoint.reach('node.dispute.moved')
      },
    },
    onSent: (what, { gasUsed }) => {
      KillPoint.reach('node.dispute.sent')
      node.log.info({ game, what, gasUsed: Number(gasUsed) }, 'a move was made')
    },
  }
  const { challenger } = (await readPosition(seat, game)).game
  const other = role === 'asserter' ? challenger : claim.claimant
  const channel = await channelTo(node, { game, other: other.toLowerCase() as Hex, signal })
  const picks = await playOffChain(player, game, channel)
  if (picks > 0) node.log.info({ game, picks }, 'rounds were played by messages')
  for (;;) {
    signal.throwIfAborted()
    const seen = await lookOnce(node, player, { game, signal })
    if (seen === 'over') return
    if (seen === 'waiting') await pause(pollMs, signal)
  }
}

/** A side without a proof has nothing to do but wait for the end. */
async function lookOnce(
  node: Node,
  player: Player,
  { game, signal }: { game: Hex; signal: AbortSignal },
) {
  try {
    return await look(player, game)
  } catch (error) {
    if (!hasCode(error, 'Prover.NoProof') && !hasCode(error, 'Chain.ProofRefused')) throw error
    node.log.warn({ game }, 'there is no proof of what this node claimed')
    await pause(NO_PROOF_MS, signal)
    return 'waiting'
  }
}

/** Between two tries to prove what has no proof. */
const NO_PROOF_MS = 10_000

async function runOf(node: Node, { content, claimant }: MadeClaim): Promise<Run> {
  const run = await obtainRun(node, content, claimant.toLowerCase() as Hex)
  if (run === undefined) throw new Error('nobody gives the input of a claim')
  return run
}

/** The run that this node told of, which is not the true one where it lies. */
async function ownRun(node: Node, claim: MadeClaim): Promise<Run> {
  const run = await runOf(node, claim)
  const own = await readOwnClaim(node, claim.content.answer)
  if (own?.lieAt === undefined) return run
  return (await lieAbout(claim.content, { run, other: run, lie: own.lieAt })).run
}

async function channelTo(
  node: Node,
  { game, other, signal }: { game: Hex; other: Hex; signal: AbortSignal },
): Promise<Channel> {
  const { seat, mailbox } = disputesOf(node)
  const { clock } = await readRules(seat)
  const timeoutMs = Math.min((clock * 1000) / PATIENCE_PART, LONGEST_PATIENCE_MS)
  const peer = node.peers.get(other)
  let last: Promise<unknown> = Promise.resolve()
  return {
    send: (text) => {
      const body = new TextEncoder().encode(text)
      // What does not arrive is silence, and the other side knows what to do about that.
      last = last.then(() => peer?.send('POST', `/v1/games/${game}`, body)).catch(() => {})
    },
    next: () => mailbox.take(game, other, { timeoutMs, signal }),
  }
}
