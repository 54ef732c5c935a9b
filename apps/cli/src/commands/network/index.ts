import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia network`: networks of providers. */
export function define(network: Command): void {
  addEntries(network, [
    {
      name: 'create',
      description: 'create a network on L1 and write its description for its members',
      load: () => import('./create.ts'),
    },
  ])
}
