/**
 * The layers of the repository: who may import whom, the one list that the check reads. A workspace
 * that is not listed fails the check, so a new package is placed here first, with a sentence saying
 * what it refuses to know.
 */
const LOWER = [
  'primitives',
  'health',
  'credentials',
  'sealing',
  'attestation',
  'threshold',
  'machine',
  'chain',
  'exchange',
]
const CLIENT = [
  'primitives',
  'health',
  'credentials',
  'sealing',
  'attestation',
  'threshold',
  'chain',
  'exchange',
  'api',
]
const SERVICE = [...CLIENT, 'service']

export type Layer = {
  /** Workspaces of ours it may import. */
  imports: readonly string[]
  /** May it read files, clocks, randomness, the network, the process? */
  io: boolean
  /** Does it run in a browser too? Then no Node module and no Buffer. */
  browser?: boolean
}

export const LAYERS: Readonly<Record<string, Layer>> = {
  'packages/primitives': { imports: [], io: false, browser: true },
  // The form for Node of what a browser has its own form of.
  'packages/primitives/src/node': { imports: [], io: false },
  'packages/health': { imports: ['primitives'], io: false },
  'packages/credentials': { imports: ['primitives'], io: false, browser: true },
  'packages/credentials/src/node': { imports: ['primitives'], io: false },
  'packages/sealing': { imports: ['primitives'], io: false, browser: true },
  'packages/sealing/src/node': { imports: ['primitives'], io: false },
  // Whether evidence of an enclave holds, never whom to admit on it.
  'packages/attestation': { imports: ['primitives'], io: false, browser: true },
  // How to share a secret so that some of its holders can use it, never what it is for.
  'packages/threshold': { imports: ['primitives'], io: false, browser: true },
  'packages/machine': { imports: ['primitives'], io: false },
  // Roles of people and rules of a domain are not its business. What needs files and processes has
  // a row of its own.
  'packages/chain': { imports: ['primitives'], io: false, browser: true },
  'packages/chain/src/compile': { imports: ['primitives', 'contracts'], io: true },
  'packages/exchange': {
    imports: ['primitives', 'health', 'credentials', 'sealing'],
    io: false,
    browser: true,
  },
  // Patient data can not reach a block by mistake: what knows it is not to be had here.
  'packages/rollup': { imports: ['primitives', 'machine', 'chain'], io: false },
  // Who is right about a run, never what the run is about. The prover and files are in a row of
  // their own.
  'packages/dispute': { imports: ['primitives', 'machine', 'chain'], io: false },
  'packages/dispute/src/process': { imports: ['primitives', 'machine', 'chain'], io: true },
  'packages/api': {
    imports: ['primitives', 'health', 'credentials', 'sealing', 'exchange'],
    io: false,
    browser: true,
  },
  'packages/sdk': { imports: [...CLIENT, 'machine'], io: true },
  // Every server stands on it, those that make blocks too: what knows patient data is not to be had
  // here.
  'packages/service': { imports: ['primitives', 'chain', 'machine'], io: true },
  // The development network funds and registers through the sdk, the one step sideways.
  'packages/devnet': {
    imports: [...LOWER, 'dispute', 'rollup', 'api', 'sdk', 'service'],
    io: true,
  },
  // Chains, exchanges, networks and folders of a test's own; nothing that ships may import it.
  'packages/testing': { imports: [...LOWER, 'api', 'sdk', 'service', 'devnet'], io: true },
  'apps/issuer': { imports: SERVICE, io: true },
  'apps/store': { imports: SERVICE, io: true },
  'apps/oracle': { imports: SERVICE, io: true },
  // Orders, executes, batches and asserts; what a transaction means to anybody is not its business.
  'apps/node': {
    imports: ['primitives', 'machine', 'chain', 'dispute', 'rollup', 'service'],
    io: true,
  },
  // The page, its worker, its server and its builder; what a person does is the sdk's, never a rule
  // of its own.
  'apps/web': { imports: [...CLIENT, 'sdk'], io: true },
  'apps/cli': {
    imports: [...LOWER, 'dispute', 'rollup', 'api', 'sdk', 'service', 'devnet'],
    io: true,
  },
  // Solidity alone, with the configuration of its test runner.
  contracts: { imports: [], io: true },
  // Proves and verifies, as a process that is sent JSON: under another licence, so nothing imports
  // it and it imports nothing.
  circuits: { imports: [], io: true },
  // Go programs for the machine; the TypeScript there builds, hashes and runs them.
  guest: { imports: ['primitives', 'machine'], io: true },
  e2e: { imports: [...LOWER, 'rollup', 'api', 'sdk', 'service', 'devnet'], io: true },
  examples: { imports: [...LOWER, 'sdk', 'devnet'], io: true },
  scripts: { imports: LOWER, io: true },
}

/**
 * Where blocks are made and judged. What stands here may reach none of PATIENT_DATA, by whatever
 * way.
 */
export const BLIND: readonly string[] = [
  'packages/machine',
  'packages/chain',
  'packages/dispute',
  'packages/rollup',
  'packages/service',
  'apps/node',
  'guest',
  'circuits',
]
export const PATIENT_DATA: readonly string[] = ['health', 'credentials', 'sealing', 'exchange']

/**
 * Breaches that are being mended: each fails the check as soon as it is mended and still listed.
 */
export const OWED: readonly { row: string; reaches: string; why: string }[] = []

/** Circles of files that are being mended, by their first file. */
export const OWED_CIRCLES: readonly string[] = []

/** What tests of a workspace may import besides: the other side of a pair that must agree. */
export const TEST_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'packages/attestation': ['chain'],
  'packages/exchange': ['chain'],
  circuits: ['machine', 'chain'],
}

const NOT_SHIPPED =
  /\.(test|bench|fuzz|sim)\.ts$|(^|\/)(test|testing|bench|examples|scripts|gen)\/|^(scripts|e2e|examples)\//

/** Whether a file is part of what runs for a user: no test, bench, generator or script. */
export function isShipped(path: string): boolean {
  return !NOT_SHIPPED.test(path)
}

/** The row of the list that governs a file: a folder inside a workspace may have one of its own. */
export function rowOf(path: string): string | undefined {
  const rows = Object.keys(LAYERS).filter((row) => path.startsWith(`${row}/`))
  return rows.sort((one, other) => other.length - one.length)[0]
}

/** The folder of the workspace that a file belongs to. */
export function workspaceOf(path: string): string {
  const depth = /^(packages|apps)\//.test(path) ? 2 : 1
  return path.split('/').slice(0, depth).join('/')
}
