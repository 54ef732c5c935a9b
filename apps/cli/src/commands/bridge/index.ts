import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia bridge`: gas token between L1 and L2. */
export function define(bridge: Command): void {
  addEntries(bridge, [
    {
      name: 'deposit',
      description: 'send gas token from L1 to an account on L2 that L1 does not learn',
      load: () => import('./deposit.ts'),
    },
    {
      name: 'withdraw',
      description: 'send gas token from L2 to an account on L1, to be claimed there',
      load: () => import('./withdraw.ts'),
    },
    {
      name: 'claim',
      description: 'have a message from L2 carried out on L1, once it is certain',
      load: () => import('./claim.ts'),
    },
  ])
}
