import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia keys`: the wallet's keys; secrets never leave it. */
export function define(keys: Command): void {
  addEntries(keys, [
    {
      name: 'create',
      description: 'make an account, a holder key and a delivery key of a name (kept if there)',
      load: () => import('./create.ts'),
    },
    {
      name: 'list',
      description: 'names of the keys in the wallet',
      load: () => import('./list.ts'),
    },
  ])
}
