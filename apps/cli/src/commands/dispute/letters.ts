// How `dispute watch` reaches the other side of a game: it is called by some, and calls others.

import { randomUUID } from 'node:crypto'
import { call } from '@ambrosia/api/client/call'
import { playerRoutes } from '@ambrosia/api/player/routes'
import { readRules, type Seat } from '@ambrosia/dispute/ClaimBook'
import { callHost } from '@ambrosia/dispute/letterCaller'
import { createLetterHost, type LetterHost } from '@ambrosia/dispute/letterHost'
import type { Letter } from '@ambrosia/dispute/letters'
import { createTalks, type Talks } from '@ambrosia/dispute/talks'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { statusesOf } from '@ambrosia/primitives/HttpRoute'
import { addRoutes } from '@ambrosia/service/addRoutes'
import * as Log from '@ambrosia/service/Log'
import * as Metrics from '@ambrosia/service/Metrics'
import * as Server from '@ambrosia/service/Server'

/** A side waits so long for a message: this part of the clock. */
const PATIENCE_PART = 4
const LONGEST_PATIENCE_MS = 600_000

/** Serves the letters of a player. @throws Server.PortTaken, Server.PortRefused */
export async function serveLetters(
  host: LetterHost,
  at: { host: string; port: number },
): Promise<{ url: string; close(): Promise<void> }> {
  const app = await Server.create({
    name: 'dispute',
    description: 'Messages of games over claims.',
    log: Log.create({ name: 'dispute', level: 'warn' }),
    metrics: Metrics.create({ service: 'dispute' }),
    statuses: statusesOf(playerRoutes),
    bodyLimitBytes: playerRoutes.letter.body.limitBytes,
  })
  const closing = new AbortController()
  addRoutes(app, playerRoutes, {
    letter: ({ params, body }) => host.answer(params.game, body as Letter, closing.signal),
  })
  const url = await Server.listen(app, at)
  return {
    url,
    close: async () => {
      closing.abort()
      await app.close()
    },
  }
}

/** Posts letters to a player at a URL. */
export function postTo(url: string): Parameters<typeof callHost>[1]['post'] {
  const service = { name: 'player', url: url.replace(/\/$/, ''), fetch, now: Date.now }
  return (letter, signal) => {
    const timeout = (ms: number) => AbortSignal.any([signal, AbortSignal.timeout(ms)])
    const body = { ...letter }
    return call({ ...service, timeout }, playerRoutes.letter, {
      params: { game: letter.game },
      body,
    })
  }
}

/** The messages of a watcher's games. */
export async function openTalks(
  seat: Seat,
  options: {
    /** Where to listen: for the games over one's own claims. */
    listen?: { host: string; port: number }
    /** Addresses of claimants, by account in lower case: for the games against their claims. */
    peers: ReadonlyMap<string, string>
    signal: AbortSignal
    onTold: (line: string) => void
  },
): Promise<{ talks: Talks; url: string | undefined; close(): Promise<void> }> {
  const { listen, peers, signal, onTold } = options
  const { clock } = await readRules(seat)
  const timeoutMs = Math.min((clock * 1000) / PATIENCE_PART, LONGEST_PATIENCE_MS)
  const host = createLetterHost(seat, { session: randomUUID() })
  const served = listen && (await serveLetters(host, listen))
  const talks = createTalks(
    (game, { role, other }) => {
      const wait = { game, other, timeoutMs, signal }
      if (role === 'asserter') {
        if (served === undefined) return undefined
        return { channel: host.open(game, other, wait), close: () => host.close(game) }
      }
      const url = peers.get(other.toLowerCase())
      if (url === undefined) return undefined
      const channel = callHost(seat, { ...wait, post: postTo(url) })
      return { channel, close: () => channel.close() }
    },
    (game: Hex, outcome) => onTold(`game ${game}: ${wordsOf(outcome)}`),
  )
  return { talks, url: served?.url, close: async () => await served?.close() }
}

function wordsOf(outcome: { picks: number } | { error: unknown }): string {
  if ('picks' in outcome) return `${outcome.picks} rounds were played by messages`
  return `its messages ended: ${outcome.error instanceof Error ? outcome.error.message : ''}`
}
