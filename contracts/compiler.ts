import { createRequire } from 'node:module'

/** One contract that the project deploys or calls: its export name, its source unit and its name there. */
export type ContractSource = { name: string; source: string; contract: string }

/** Compiler settings, shared by the run-time loader, the generators and Hardhat. A change changes every cache key. */
export const compilerSettings = {
  evmVersion: 'prague',
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: 'none' },
} as const

export const compilerVersion = '0.8.37'

/** What is compiled for use at run time. The ABI of `X` is committed as `abi/<name>.ts`. */
export const contractSources: readonly ContractSource[] = [
  {
    name: 'accessManager',
    source: '@openzeppelin/contracts/access/manager/AccessManager.sol',
    contract: 'AccessManager',
  },
  { name: 'medToken', source: 'src/token/MedToken.sol', contract: 'MedToken' },
  { name: 'didRegistry', source: 'src/identity/DidRegistry.sol', contract: 'DidRegistry' },
  { name: 'oracleRegistry', source: 'src/oracle/OracleRegistry.sol', contract: 'OracleRegistry' },
  { name: 'oraclePower', source: 'src/oracle/UnitOraclePower.sol', contract: 'UnitOraclePower' },
  { name: 'dealBook', source: 'src/exchange/DealBook.sol', contract: 'DealBook' },
  { name: 'consentBook', source: 'src/exchange/ConsentBook.sol', contract: 'ConsentBook' },
  {
    name: 'certificateVerifier',
    source: 'src/exchange/QuorumCertificateVerifier.sol',
    contract: 'QuorumCertificateVerifier',
  },
]

/** Path of the compiler as Hardhat wants it: the npm package's own WebAssembly build, so that nothing is downloaded. */
export function compilerPath(): string {
  return createRequire(import.meta.url).resolve('solc/soljson.js')
}
