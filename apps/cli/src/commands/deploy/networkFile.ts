import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Network from '@ambrosia/chain/Network'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'

/** What a deployment has to say in `network.json`. */
export type Deployment = {
  chainId: number
  rpcUrl: string
  contracts: Readonly<Record<string, Address>>
  /** First block with events; unknown where the node keeps no old state. */
  deployedAtBlock: bigint | undefined
}

/**
 * Writes the contracts to `network.json` of a home, beside what the file says already; a new one
 * names no services and waits for the chain's own finality.
 * @returns its path
 * @throws Network.OtherChain when the file is of another chain, Network.Damaged
 */
export function writeDeployment(home: string, deployment: Deployment): string {
  const path = join(home, 'network.json')
  const { chainId, rpcUrl, contracts, deployedAtBlock } = deployment
  const found = existsSync(path) ? read(path) : undefined
  if (found !== undefined && found.chainId !== chainId) {
    throw new OtherChainError(path, found.chainId, chainId)
  }
  const file: Network.Network = {
    ...(found ?? {
      version: 1,
      chainId,
      rpcUrl,
      services: { oracles: [] },
      confirmations: 'finalized',
    }),
    contracts,
    ...(deployedAtBlock === undefined ? {} : { deployedAtBlock: Number(deployedAtBlock) }),
  }
  mkdirSync(home, { recursive: true, mode: 0o700 })
  // Beside it first, so that a full disk leaves the old one whole.
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`)
  renameSync(draft, path)
  return path
}

function read(path: string): Network.Network {
  try {
    return Network.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new AmbrosiaError('Network.Damaged', `${path} is damaged: ${toPlain(cause).message}`, {
      hint: 'Move it away and run the command again.',
      cause,
    })
  }
}

export class OtherChainError extends AmbrosiaError {
  constructor(path: string, found: number, expected: number) {
    super('Network.OtherChain', `${path} is of chain ${found}, the deployment of ${expected}`, {
      hint: 'Name another home with AMBROSIA_HOME.',
    })
  }
}
