import type { Chance } from './Chance.ts'

/**
 * A place at which bytes or values of strangers come in. What is fed is either taken, or refused
 * with an error of ours that has a code: `feed` returns `taken` or that code, and throws what is
 * neither.
 */
export type Boundary = {
  name: string
  /** Makes ready what is fed, such as a running service. */
  open(): Promise<OpenBoundary>
  /** Cases of a run in `npm test`; as many as take a few seconds. */
  smallCases: number
  /** Longest time that one case may take, milliseconds; several times what a busy machine needs. */
  limitMs: number
}

export type OpenBoundary = {
  /** Changes something of a sound input, and feeds it. */
  feed(chance: Chance): Promise<string>
  /** What was written where secrets must not be, such as logs. */
  written?: () => string
  close?: () => Promise<void>
}

/** Stands in what is fed, and nowhere in what is said about it. */
export const PLANTED = 'PLANTED~7b1f39'
/** What of it is looked for: a part that no escape changes. */
export const TRACE = '7b1f39'
