import type { Entry } from '../commands/Entry.ts'

/** A demonstration: a verb of the noun it belongs to, or of no noun. */
export type Demo = Entry & { noun?: string }

/**
 * Every demonstration; the program puts each at its place. Nothing but the program imports them.
 */
export const DEMOS: readonly Demo[] = [
  {
    name: 'demo',
    group: 'A network on this machine:',
    description: 'sell one record on a network of its own, end to end; also npm start',
    load: () => import('./exchange/command.ts'),
  },
  {
    noun: 'dispute',
    name: 'demo',
    description: 'a lie about a private run loses, and nobody is shown anything',
    load: () => import('./dispute/command.ts'),
  },
  {
    noun: 'oracle',
    name: 'demo',
    description:
      'oracles join by stake and evidence; one lies, one is down, and what it costs them',
    load: () => import('./oracle/command.ts'),
  },
  {
    noun: 'rollup',
    name: 'demo',
    description: 'run a chain of three members that settles on L1 without being shown',
    load: () => import('./rollup/command.ts'),
  },
]
