import { readFileSync } from 'node:fs'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'

/** Reads the description of a network. @throws L2Network.Unreadable */
export function readL2Network(path: string): L2Network {
  let network: Partial<L2Network>
  try {
    network = JSON.parse(readFileSync(path, 'utf8')) as Partial<L2Network>
  } catch {
    throw new UnreadableError(path, 'it is missing, or not JSON')
  }
  const { version, contracts, rules, genesis, secrets } = network
  const isWhole = contracts && rules && genesis && secrets && Array.isArray(secrets.keys)
  if (version !== 1 || !isWhole) throw new UnreadableError(path, 'it is not whole')
  // Networks of before there were disputes do not say.
  return { decidedBy: 'committee', ...network } as L2Network
}

export class UnreadableError extends AmbrosiaError {
  constructor(path: string, why: string) {
    super(
      'L2Network.Unreadable',
      `the description of the network at ${path} can't be used: ${why}`,
      {
        hint: 'ambrosia network create writes it; members get it from whoever created the network.',
      },
    )
  }
}
