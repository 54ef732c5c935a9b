import type { Command } from 'commander'
import { addEntries } from '../Entry.ts'

/** `ambrosia machine`: run, hash, trace and witness programs of the provable machine. */
export function define(machine: Command): void {
  addEntries(machine, [
    {
      name: 'run',
      description: 'run an ELF file; its output goes to standard output',
      load: () => import('./run.ts'),
    },
    {
      name: 'hash',
      description: 'show what names a program and an input, and the hash of the first state',
      load: () => import('./hash.ts'),
    },
    {
      name: 'trace',
      description: 'show each step of a range: its pc, its instruction, the register it wrote',
      load: () => import('./trace.ts'),
    },
    {
      name: 'witness',
      description: 'print all that one step reads, and the states before and after, as JSON',
      load: () => import('./witness.ts'),
    },
  ])
}
