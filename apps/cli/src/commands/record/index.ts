import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia record`: what a provider, usually the patient, does. */
export function define(record: Command): void {
  addEntries(record, [
    {
      name: 'list',
      description: 'records in the wallet',
      load: () => import('./list.ts'),
    },
    {
      name: 'offer',
      description:
        'select, seal and validate a record for a deal, show the consent, sign it, write an offer for a relayer',
      load: () => import('./offer.ts'),
    },
    {
      name: 'sales',
      description: 'what was sold: to whom, under which words, for how much, and until when',
      load: () => import('./sales.ts'),
    },
    {
      name: 'cancel',
      description: 'withdraw a signed consent that is not settled yet',
      load: () => import('./cancel.ts'),
    },
    {
      name: 'revoke',
      description: 'revoke the consent to a settled record, with the payment back or as a stop',
      load: () => import('./revoke.ts'),
    },
    {
      name: 'sweep',
      description: 'move the proceeds of one sale to an address given for that sale',
      load: () => import('./sweep.ts'),
    },
    {
      name: 'findings',
      description: 'list all that keeps an issuer from signing a record, and what to do about it',
      load: () => import('./findings.ts'),
    },
    {
      name: 'explain',
      description:
        'say of each claim of a record where it comes from, and why the rest did not count',
      load: () => import('./explain.ts'),
    },
    {
      name: 'export',
      description: 'write records as a Bundle, NDJSON, CSV or Parquet tables, with a data set card',
      load: () => import('./export.ts'),
    },
  ])
}
