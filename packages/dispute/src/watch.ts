// Watches a ClaimBook for its owner: what is false is challenged, and every game of the account is
// played. All it needs after a crash is on the chain and among its kept moves.

import { claimBookAbi, GameStatus } from '@ambrosia/chain/abi/dispute'
import { reach } from '@ambrosia/chain/errors'
import { type Hex, isAddressEqual } from 'viem'
import { type Claim, falseLinkOf } from './Claim.ts'
import {
  challenge,
  type MadeClaim,
  readClaims,
  readGames,
  readPosition,
  type Seat,
} from './ClaimBook.ts'
import { turnOf } from './decide.ts'
import type { Player } from './Player.ts'
import { look } from './play.ts'
import type { Run } from './Run.ts'
import type { Talks } from './talks.ts'

export type Watcher = Pick<Player, 'seat' | 'store' | 'prove' | 'onSent'> & {
  /** The run that a claim is about; undefined without its input, or for another program. */
  runFor(content: Claim): Promise<Run | undefined>
  /** Games are played by messages first, where it is known how to reach the other side. */
  talks?: Talks
}

/** What one look came to. */
export type Watched = {
  /** Claims seen that can be challenged. */
  open: number
  /** Of those, without the input. */
  unknown: number
  /** Games opened in this look. */
  challenged: Hex[]
  /** Games of the account that go on. */
  playing: number
  /** Claims and games that could not be looked at or moved in; the others were. */
  troubles: { id: Hex; error: unknown }[]
}

/** Games lost over one claim, by being late, after which it is left to others. */
const MOST_LOST = 2

/**
 * Looks at every claim and every game once. A claim that is false is challenged where the account
 * has no game against it; in each of its games, on either side, the move that is due is made. What
 * fails over one of them stops no other.
 * @throws Chain.* where the claims can't be read
 */
export async function watchOnce(watcher: Watcher): Promise<Watched> {
  const { seat } = watcher
  const watched: Watched = { open: 0, unknown: 0, challenged: [], playing: 0, troubles: [] }
  const trying = async (id: Hex, work: () => Promise<void>) => {
    await work().catch((error: unknown) => void watched.troubles.push({ id, error }))
  }
  for (const claim of await readClaims(seat)) {
    await trying(claim.id, async () => {
      if (!(await canBeChallenged(seat, claim.id))) return
      watched.open++
      await watchClaim(watcher, claim, watched)
    })
    for (const game of await readGames(seat, claim.id)) {
      await trying(game, async () => {
        if (await moveIn(watcher, claim, game)) watched.playing++
      })
    }
  }
  return watched
}

async function watchClaim(watcher: Watcher, claim: MadeClaim, watched: Watched): Promise<void> {
  const { seat, runFor } = watcher
  if (isAddressEqual(claim.claimant, seat.account.address)) return
  if (await hasGame(seat, claim.id)) return
  const run = await runFor(claim.content)
  if (run === undefined) {
    watched.unknown++
    return
  }
  const link = await falseLinkOf(claim.content, run)
  if (link !== undefined) watched.challenged.push((await challenge(seat, claim, link)).game)
}

/** True where the game goes on and the account plays in it. */
async function moveIn(watcher: Watcher, claim: MadeClaim, game: Hex): Promise<boolean> {
  const { seat, store, prove, onSent } = watcher
  const position = await readPosition(seat, game)
  if (turnOf(position.game) === undefined) return false
  const isOurs = (account: Hex) => isAddressEqual(account, seat.account.address)
  const role = isOurs(claim.claimant) ? 'asserter' : 'challenger'
  if (role === 'challenger' && !isOurs(position.game.challenger)) return false
  const run = await watcher.runFor(claim.content)
  if (run === undefined) return false
  const player: Player = { role, seat, claim, run, store, prove, ...(onSent && { onSent }) }
  if (watcher.talks?.goOn(player, game, position)) return true
  return (await look(player, game)) !== 'over'
}

/** Whether a claim was opened by its receipts and its window is not over. @throws Chain.* */
export async function canBeChallenged({ client, claimBook }: Seat, claim: Hex): Promise<boolean> {
  const read = { address: claimBook, abi: claimBookAbi, functionName: 'timesOf' } as const
  const [windowEnd] = await reach(() => client.readContract({ ...read, args: [claim] }))
  // Zero: its receipts are not there yet.
  return windowEnd > (await reach(() => client.getBlock())).timestamp
}

/** Whether the account has a game against a claim that is open or won, or has lost too many. */
export async function hasGame(seat: Seat, claim: Hex): Promise<boolean> {
  let lost = 0
  for (const game of await readGames(seat, claim)) {
    const { challenger, status } = (await readPosition(seat, game)).game
    if (!isAddressEqual(challenger, seat.account.address) || status === GameStatus.Void) continue
    if (status !== GameStatus.AsserterWon) return true
    lost++
  }
  return lost >= MOST_LOST
}
