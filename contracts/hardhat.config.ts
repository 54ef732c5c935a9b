import toolboxViem from '@nomicfoundation/hardhat-toolbox-viem'
import { defineConfig } from 'hardhat/config'
import { compilerPath, compilerSettings, compilerVersion } from './compiler.ts'

// Hardhat runs the tests; what ships is compiled by bytecode.ts with the same compiler and settings.
export default defineConfig({
  plugins: [toolboxViem],
  solidity: {
    version: compilerVersion,
    path: compilerPath(),
    settings: compilerSettings,
  },
  paths: {
    sources: './src',
    tests: { solidity: './test', nodejs: './test' },
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
