// The messages of a watcher's games, each in the background until they end.

import { GameStatus, Link } from '@ambrosia/chain/abi/dispute'
import type { Hex } from 'viem'
import type { Position } from './decide.ts'
import type { Channel } from './messages.ts'
import { playOffChain } from './offChain.ts'
import type { Player } from './Player.ts'

/** How the other side of a game is reached; undefined where nothing is known of them. */
export type Reaching = (
  game: Hex,
  side: { role: Player['role']; other: Hex },
) => { channel: Channel; close(): void } | undefined

export type Talks = {
  /** Whether a game's messages go on; begins them where they were not begun yet. */
  goOn(player: Player, game: Hex, position: Position): boolean
  /** When none goes on. */
  idle(): Promise<void>
}

/** @param onEnd told how many picks both signed, or what went wrong; the game goes on regardless */
export function createTalks(
  reach: Reaching,
  onEnd: (game: Hex, outcome: { picks: number } | { error: unknown }) => void,
): Talks {
  const begun = new Map<Hex, Promise<void>>()
  const over = new Set<Hex>()
  return {
    goOn(player, game, { game: { link, status, challenger } }) {
      if (over.has(game)) return false
      if (begun.has(game)) return true
      if (link !== Link.Steps || status !== GameStatus.Split) return false
      const { role, claim } = player
      const other = role === 'asserter' ? challenger : claim.claimant
      const end = reach(game, { role, other })
      if (end === undefined) return false
      const talk = playOffChain(player, game, end.channel)
        .then((picks) => onEnd(game, { picks }))
        .catch((error: unknown) => onEnd(game, { error }))
        .finally(() => {
          end.close()
          over.add(game)
        })
      begun.set(game, talk)
      return true
    },
    idle: async () => void (await Promise.all(begun.values())),
  }
}
