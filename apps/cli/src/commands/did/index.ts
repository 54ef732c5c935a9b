import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia did`: decentralized identifiers. */
export function define(did: Command): void {
  addEntries(did, [
    {
      name: 'create',
      description: 'create a did:ambrosia for a key of your wallet; a relayer pays the gas',
      load: () => import('./create.ts'),
    },
    {
      name: 'resolve',
      description: 'the document of a DID, now or as it stood at a block',
      load: () => import('./resolve.ts'),
    },
    {
      name: 'deactivate',
      description: 'deactivate the DID of a key for ever',
      load: () => import('./deactivate.ts'),
    },
    {
      name: 'key',
      description: 'show the document of a did:key, or make a new key with its did:key',
      load: () => import('./key.ts'),
    },
    {
      name: 'fixtures',
      description: 'write documents and resolutions in the form of the W3C DID Core test suite',
      load: () => import('./fixtures.ts'),
    },
  ])
}
