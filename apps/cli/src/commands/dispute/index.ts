import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia dispute`: prove single steps of private runs, and show how a lie about one loses. */
export function define(dispute: Command): void {
  addEntries(dispute, [
    {
      name: 'prove',
      description: 'prove one step of a run in zero knowledge; the file shows hashes alone',
      load: () => import('./prove.ts'),
    },
    {
      name: 'verify',
      description: 'verify a proof of a step',
      load: () => import('./verify.ts'),
    },
    {
      name: 'watch',
      description: 'challenge false claims of a ClaimBook, and play the games of an account',
      load: () => import('./watch.ts'),
    },
  ])
}
