import { createRequire } from 'node:module'
import toolboxViem from '@nomicfoundation/hardhat-toolbox-viem'
import { defineConfig } from 'hardhat/config'
import sources from './sources.json' with { type: 'json' }

// Hardhat runs the tests; what ships is compiled by packages/chain with the same compiler and settings. The compiler is the npm package's own
// WebAssembly build, so that nothing is downloaded.
export default defineConfig({
  plugins: [toolboxViem],
  solidity: {
    version: sources.compiler.version,
    path: createRequire(import.meta.url).resolve('solc/soljson.js'),
    settings: sources.compiler.settings,
  },
  paths: {
    sources: './src',
    tests: { solidity: './test' },
  },
  networks: {
    default: {
      type: 'edr-simulated',
      chainType: 'l1',
      hardfork: 'prague',
      // A fixed clock keeps calldata, and with it gas, the same in every run.
      initialDate: '2030-01-01T00:00:00Z',
    },
  },
  test: {
    solidity: {
      fuzz: { runs: 64, seed: '0x616d62726f736961' },
      invariant: { runs: 12, depth: 60, failOnRevert: false },
    },
  },
})
