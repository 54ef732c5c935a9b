import type { Command } from 'commander'
import { addEntries, type Entry } from '../Entry.ts'

const VERBS: readonly Entry[] = [
  {
    name: 'run',
    description: 'run a node of a network: order, follow, batch, assert, watch',
    load: () => import('./run.ts'),
  },
  {
    name: 'status',
    description: 'how far a node is',
    load: () => import('./status.ts'),
  },
  {
    name: 'account',
    description: 'the account of a node, made where there is none',
    load: () => import('./account.ts'),
  },
  {
    name: 'import',
    description: 'execute a file of Ethereum blocks on a genesis and say where it ends',
    load: () => import('./import.ts'),
  },
  {
    name: 'engines',
    description:
      'which optional engines are there (go-ethereum, CometBFT); make those that are missing',
    load: () => import('./engines.ts'),
  },
]

/** `ambrosia node`: the layer-2 chain. */
export function define(node: Command): void {
  addEntries(node, VERBS)
}
