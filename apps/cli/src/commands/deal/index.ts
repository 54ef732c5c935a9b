import type { Command } from 'commander'
import { addEntries, type Entry } from '../Entry.ts'
import { CHANGES } from './change.ts'

const VERBS: readonly Entry[] = [
  {
    name: 'check',
    description: 'judge sample records against criteria: matches, losses, cost and fees',
    load: () => import('./check.ts'),
  },
  {
    name: 'create',
    description: 'open a deal and escrow its budget in one transaction',
    load: () => import('./create.ts'),
  },
  {
    name: 'list',
    description: 'every deal of this network',
    load: () => import('./list.ts'),
  },
  {
    name: 'show',
    description: 'terms, criteria and agreement of a deal',
    load: () => import('./show.ts'),
  },
]

/** `ambrosia deal`: what a consumer does. */
export function define(deal: Command): void {
  addEntries(deal, [...VERBS, ...CHANGES])
}
