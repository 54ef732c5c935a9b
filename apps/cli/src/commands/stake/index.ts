import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia stake`: MED behind oracles. */
export function define(stake: Command): void {
  addEntries(stake, [
    {
      name: 'delegate',
      description: 'put MED behind an oracle operator',
      load: () => import('./delegate.ts'),
    },
    {
      name: 'undelegate',
      description: 'begin to take it back; it waits until the unbonding period is over',
      load: () => import('./undelegate.ts'),
    },
    {
      name: 'redelegate',
      description: 'move it to another operator at once',
      load: () => import('./redelegate.ts'),
    },
    {
      name: 'claim',
      description: 'take rewards, and stake whose unbonding period is over',
      load: () => import('./claim.ts'),
    },
    {
      name: 'status',
      description: 'what an account has staked, earned and waits for',
      load: () => import('./status.ts'),
    },
  ])
}
