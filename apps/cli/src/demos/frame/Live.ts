import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'

/**
 * What a step of a demonstration opens to: what was signed, by whom, in the words that were read.
 */
export type Detail = {
  /** Who did it, in a word or two. */
  by?: string
  /** Sentences that a person read before they signed. */
  words?: readonly string[]
  /** What was signed, by which account or key, and the signature. */
  signed?: readonly { what: string; by: string; message?: unknown; signature?: string }[]
  /** Other facts, by name. */
  facts?: Readonly<Record<string, string | number>>
}

/** What happens in a demonstration, as the page draws it. No record and no key ever goes in. */
export type LiveEvent =
  | { kind: 'title'; title: string; chainId?: number }
  | { kind: 'begun'; step: string }
  | {
      kind: 'line'
      step: string
      label: string
      text: string
      transaction?: { hash: Hex; gas: bigint } | undefined
      detail?: Detail | undefined
    }
  | { kind: 'done'; step: string; ms: number }
  | { kind: 'refused'; attack: string; code: string }
  | { kind: 'end'; ok: boolean; seconds: number; result: unknown; error?: unknown }

export type OnLive = (event: LiveEvent) => void

/**
 * Writes the events to `live/events.jsonl` of a home, a line each; the page's server hands them on.
 * A page that is not served makes no difference to the demonstration.
 */
export function createLiveFile(home: string): OnLive {
  const file = join(home, 'live', 'events.jsonl')
  // The network clears what an earlier run left when it starts; events from before that are kept.
  let early: string[] | undefined = []
  return (event) => {
    const line = JSON.stringify({ at: new Date().toISOString(), ...event }, (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    )
    if (event.kind === 'title' && early) {
      early.push(line)
      return
    }
    // Where nothing began, as in a home that was refused, nothing is written.
    if (event.kind === 'end' && early) return
    const lines = [...(early ?? []), line]
    early = undefined
    mkdirSync(join(home, 'live'), { recursive: true, mode: 0o700 })
    appendFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  }
}
