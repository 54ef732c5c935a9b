import toolboxViem from '@nomicfoundation/hardhat-toolbox-viem'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'

const environment = await createHardhatRuntimeEnvironment({
  plugins: [toolboxViem],
  networks: {
    default: {
      type: 'edr-simulated',
      chainType: 'l1',
      hardfork: 'prague',
      // A fixed clock keeps calldata, and with it gas, the same in every run.
      initialDate: '2030-01-01T00:00:00Z',
    },
  },
})

/** Networks of Hardhat in the test's own process: a chain of its own for every `create`. */
export const { network } = environment
