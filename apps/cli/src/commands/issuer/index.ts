import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia issuer`: what a hospital's staff and its software do. */
export function define(issuer: Command): void {
  addEntries(issuer, [
    {
      name: 'info',
      description: 'who the issuer of this network is',
      load: () => import('./info.ts'),
    },
    {
      name: 'issue',
      description: 'sign a FHIR Bundle as a record for a holder and keep it in the wallet',
      load: () => import('./issue.ts'),
    },
    {
      name: 'batch',
      description: 'issue a folder or NDJSON file of Bundles, with a list of what was issued',
      load: () => import('./batch.ts'),
    },
    {
      name: 'revoke',
      description: 'revoke a credential by its status index; it counts from the next epoch on',
      load: () => import('./revoke.ts'),
    },
    {
      name: 'serve',
      description: 'serve the W3C VC-API under did:key, without a chain',
      load: () => import('./serve.ts'),
    },
  ])
}
