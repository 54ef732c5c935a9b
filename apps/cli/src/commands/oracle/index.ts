import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia oracle`: what an operator does. */
export function define(oracle: Command): void {
  addEntries(oracle, [
    {
      name: 'list',
      description: 'registered oracles, their state and whether they answer',
      load: () => import('./list.ts'),
    },
    {
      name: 'serve',
      description: 'run an oracle in this home',
      load: () => import('./serve.ts'),
    },
  ])
}
