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
      name: 'show',
      description: 'one oracle: stake, power, commission and what it has done',
      load: () => import('./show.ts'),
    },
    {
      name: 'attest',
      description: 'verify the evidence of an oracle by yourself',
      load: () => import('./attest.ts'),
    },
    {
      name: 'earnings',
      description: 'what an oracle earned and lost',
      load: () => import('./earnings.ts'),
    },
    {
      name: 'doctor',
      description: 'what keeps an oracle from working, and what to do',
      load: () => import('./doctor.ts'),
    },
    {
      name: 'register',
      description: 'bring a running oracle into the registry',
      load: () => import('./register.ts'),
    },
    {
      name: 'fund',
      description: 'send an operator ether and MED',
      load: () => import('./fund.ts'),
    },
    {
      name: 'admit',
      description: 'admit an operator, as the holder of the role',
      load: () => import('./admit.ts'),
    },
    {
      name: 'withdraw',
      description: "send what an operator's account holds elsewhere",
      load: () => import('./withdraw.ts'),
    },
    {
      name: 'serve',
      description: 'run an oracle in this home',
      load: () => import('./serve.ts'),
    },
  ])
}
