import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia wallet`: the whole wallet as one file. */
export function define(wallet: Command): void {
  addEntries(wallet, [
    {
      name: 'backup',
      description: 'write keys, records and sales into one file, encrypted under a password',
      load: () => import('./backup.ts'),
    },
    {
      name: 'restore',
      description: 'put a backup in place as the wallet of this home',
      load: () => import('./restore.ts'),
    },
  ])
}
