import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import toolboxViem from '@nomicfoundation/hardhat-toolbox-viem'
import { defineConfig } from 'hardhat/config'
import sources from './sources.json' with { type: 'json' }

// Hardhat runs the Solidity tests, one domain at a time: scripts/contracts/test.ts says which, and
// where to keep what it compiles. Tests deploy the code that ships, compiled by packages/chain
// (test/support/Test.sol, `shipped`), and are themselves compiled without the IR pipeline, which
// takes many minutes for them, and without the optimizer, which takes twice as long as the rest and
// saves no time when they run. The compiler is the npm package's own WebAssembly build: nothing is
// downloaded.
const tests = process.env['AMBROSIA_CONTRACTS_TESTS'] ?? './test'
const cache = process.env['AMBROSIA_CONTRACTS_CACHE'] ?? join(import.meta.dirname, 'cache')
// Runs of a fuzz test and of an invariant, and the seed of all chance:
// scripts/contracts/runSuites.ts says them.
const fuzzRuns = Number(process.env['AMBROSIA_FUZZ_RUNS'] ?? 256)
const invariantRuns = Number(process.env['AMBROSIA_INVARIANT_RUNS'] ?? 32)
const fuzzSeed = `0x${BigInt(process.env['AMBROSIA_FUZZ_SEED'] ?? 20260101).toString(16)}`
const noSources = join(cache, 'no-sources')
mkdirSync(noSources, { recursive: true })

export default defineConfig({
  plugins: [toolboxViem],
  solidity: {
    version: sources.compiler.version,
    path: createRequire(import.meta.url).resolve('solc/soljson.js'),
    settings: { ...sources.compiler.settings, optimizer: { enabled: false }, viaIR: false },
  },
  paths: {
    sources: noSources,
    tests: { solidity: tests },
    cache: join(cache, 'cache'),
    artifacts: join(cache, 'artifacts'),
  },
  networks: {
    default: { type: 'edr-simulated', chainType: 'l1', hardfork: 'prague' },
  },
  test: {
    solidity: {
      // The code that ships is read there, and invariant suites write there what their runs
      // reached.
      fsPermissions: { dangerouslyReadWriteDirectory: [cache] },
      fuzz: { runs: fuzzRuns, seed: fuzzSeed },
      // A move of a player never reverts (test/support/Player.sol), so one that does is a mistake
      // of the suite.
      invariant: { runs: invariantRuns, depth: 120, failOnRevert: true },
    },
  },
})
