import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { NetworkView } from '@ambrosia/sdk/Chain'

/** `network.json`: what others script against. */
export type NetworkFile = NetworkView & {
  version: 1
  services: { issuer: string; store: string; oracles: string[] }
  confirmations: number
}

/** `network.json` of a home. @throws Devnet.NoNetwork, Devnet.DamagedNetworkFile */
export function readNetworkFile(home: string): NetworkFile {
  const path = pathOf(home)
  if (!existsSync(path)) throw new NoNetworkError(home)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as NetworkFile
  } catch {
    throw new DamagedNetworkFileError(path)
  }
}

export function writeNetworkFile(home: string, file: NetworkFile): void {
  writeFileSync(pathOf(home), `${JSON.stringify(file, null, 2)}\n`)
}

function pathOf(home: string): string {
  return join(home, 'network.json')
}

export class NoNetworkError extends AmbrosiaError {
  constructor(home: string) {
    super('Devnet.NoNetwork', `no network is described in ${home}`, {
      hint: 'Start one with ./ambrosia up, or set AMBROSIA_HOME.',
    })
  }
}

export class DamagedNetworkFileError extends AmbrosiaError {
  constructor(path: string) {
    super('Devnet.DamagedNetworkFile', `${path} is not JSON`, {
      hint: 'Start the network again with ./ambrosia up.',
    })
  }
}
