import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/**
 * `ambrosia relay`: any account carries offers to the chain; it can change neither payout nor
 * terms.
 */
export function define(relay: Command): void {
  addEntries(relay, [
    {
      name: 'settle',
      description: 'settle offers of one deal in one transaction; each is judged alone',
      load: () => import('./settle.ts'),
    },
  ])
}
