import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia consumer`: what a consumer does with settled records. */
export function define(consumer: Command): void {
  addEntries(consumer, [
    {
      name: 'collect',
      description: 'fetch, open and verify every settled record of a deal',
      load: () => import('./collect.ts'),
    },
    {
      name: 'claim',
      description: 'make the oracles post the key of a record on chain, or take their shares back',
      load: () => import('./claim.ts'),
    },
  ])
}
