import type { Entry } from './Entry.ts'

/**
 * Every noun and every verb that needs none, in the order of the help; each is loaded when it is
 * called.
 */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'up',
    group: 'A network on this machine:',
    description: 'start a development network and keep it until Ctrl-C or ambrosia down',
    load: () => import('./up.ts'),
  },
  {
    name: 'down',
    group: 'A network on this machine:',
    description: 'end the network that ambrosia up started in this home',
    load: () => import('./down.ts'),
  },
  {
    name: 'record',
    group: 'As a patient:',
    description: 'your records: list, offer, sales, cancel, revoke, sweep, export',
    load: () => import('./record/index.ts'),
  },
  {
    name: 'wallet',
    group: 'As a patient:',
    description: 'all of your keys and records in one encrypted file: backup, restore',
    load: () => import('./wallet/index.ts'),
  },
  {
    name: 'deal',
    group: 'As a researcher:',
    description: 'ask for records: check, create, list, show, pause, close',
    load: () => import('./deal/index.ts'),
  },
  {
    name: 'consumer',
    group: 'As a researcher:',
    description: 'collect what you bought, claim what was not delivered',
    load: () => import('./consumer/index.ts'),
  },
  {
    name: 'bridge',
    group: 'As a patient:',
    description: 'move MED between Ethereum and a layer-2 chain: deposit, withdraw, claim',
    load: () => import('./bridge/index.ts'),
  },
  {
    name: 'verify',
    group: 'As a researcher:',
    description: 'check a delivered Bundle against its proof: signature, deal, consumer, digests',
    load: () => import('./verify.ts'),
  },
  {
    name: 'issuer',
    group: 'As an operator:',
    description: 'sign records as a hospital, revoke them, serve the W3C VC-API',
    load: () => import('./issuer/index.ts'),
  },
  {
    name: 'oracle',
    group: 'As an operator:',
    description: 'run and watch oracles',
    load: () => import('./oracle/index.ts'),
  },
  {
    name: 'stake',
    group: 'As an operator:',
    description: 'MED behind oracles: delegate, undelegate, redelegate, claim, status',
    load: () => import('./stake/index.ts'),
  },
  {
    name: 'relay',
    group: 'As an operator:',
    description: 'carry signed offers to the chain',
    load: () => import('./relay/index.ts'),
  },
  {
    name: 'node',
    group: 'As an operator:',
    description: 'run the layer-2 chain: run, status, import blocks, engines',
    load: () => import('./node/index.ts'),
  },
  {
    name: 'network',
    group: 'As an operator:',
    description: 'create a network of providers, a layer-2 chain of their own',
    load: () => import('./network/index.ts'),
  },
  {
    name: 'rollup',
    group: 'As an operator:',
    description: 'see the layer-2 chain at work',
    load: () => import('./rollup.ts'),
  },
  {
    name: 'deploy',
    group: 'As an operator:',
    description: 'put the contracts on an Ethereum: plan, execute, compare',
    load: () => import('./deploy/index.ts'),
  },
  {
    name: 'balance',
    group: 'Tools:',
    description: 'MED, ether and credits of your accounts',
    load: () => import('./balance.ts'),
  },
  {
    name: 'send',
    group: 'Tools:',
    description: 'send MED or ether from an account of your wallet',
    load: () => import('./send.ts'),
  },
  {
    name: 'fund',
    group: 'Tools:',
    description: 'give an account MED and ether of a development network',
    load: () => import('./fund.ts'),
  },
  {
    name: 'keys',
    group: 'Tools:',
    description: 'make and list the keys of your wallet',
    load: () => import('./keys/index.ts'),
  },
  {
    name: 'did',
    group: 'Tools:',
    description: 'make, show and resolve decentralized identifiers',
    load: () => import('./did/index.ts'),
  },
  {
    name: 'synth',
    group: 'Tools:',
    description:
      'make synthetic patients as FHIR R4 Bundles: no real person, same seed, same patient',
    load: () => import('./synth.ts'),
  },
  {
    name: 'deidentify',
    group: 'Tools:',
    description: 'write the Safe Harbor form of records, with a report to sign; or check it',
    load: () => import('./deidentify.ts'),
  },
  {
    name: 'machine',
    group: 'Tools:',
    description: 'run programs on the machine whose every step can be proven (RV64IMA)',
    load: () => import('./machine/index.ts'),
  },
  {
    name: 'dispute',
    group: 'Tools:',
    description: 'prove steps of private runs; see a lie about one lose: demo, prove, verify',
    load: () => import('./dispute/index.ts'),
  },
]
