import { createRequire } from 'node:module'
import { dirname } from 'node:path'

/**
 * One contract that the project deploys or calls: its export name, its source unit and its name
 * there.
 */
export type ContractSource = { domain: string; name: string; source: string; contract: string }

type SourceList = {
  compiler: { version: string; settings: Readonly<Record<string, unknown>> }
  domains: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const require = createRequire(import.meta.url)
const list = require('@ambrosia/contracts/sources.json') as SourceList

/** Folder of the Solidity workspace. */
export const contractsFolder = dirname(require.resolve('@ambrosia/contracts/package.json'))

/**
 * Compiler settings, shared by the run-time loader, the generators and Hardhat. A change changes
 * every cache key.
 */
export const compilerSettings = list.compiler.settings

export const compilerVersion = list.compiler.version

/**
 * The domains of `contracts/sources.json`, each a folder of `contracts/src` that compiles alone.
 */
export const domains: readonly string[] = Object.keys(list.domains)

/**
 * What is compiled for use at run time, from `contracts/sources.json`. A contract is named like its
 * file.
 */
export const contractSources: readonly ContractSource[] = Object.entries(list.domains).flatMap(
  ([domain, contracts]) =>
    Object.entries(contracts).map(([name, source]) => ({
      domain,
      name,
      source,
      contract: source.slice(source.lastIndexOf('/') + 1, -'.sol'.length),
    })),
)

/** The contracts of one domain. */
export function contractsOf(domain: string): ContractSource[] {
  return contractSources.filter((source) => source.domain === domain)
}
