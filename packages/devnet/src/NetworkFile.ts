import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Network from '@ambrosia/chain/Network'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { writeWhole } from './writeWhole.ts'

/** The `network.json` of a whole network, with every service that persons ask. */
export type NetworkFile = Network.Network & { services: { issuer: string; store: string } }

/** `network.json` of a home. @throws Devnet.NoNetwork, Devnet.DamagedNetworkFile */
export function readNetworkFile(home: string): NetworkFile {
  const path = pathOf(home)
  if (!existsSync(path)) throw new NoNetworkError(home)
  try {
    const network = Network.parse(readFileSync(path, 'utf8'))
    const { issuer, store } = network.services
    if (issuer === undefined || store === undefined) throw new Network.InvalidError('services')
    return network as NetworkFile
  } catch (error) {
    throw new DamagedNetworkFileError(path, error)
  }
}

export function writeNetworkFile(home: string, file: NetworkFile): void {
  writeWhole(pathOf(home), `${JSON.stringify(file, null, 2)}\n`)
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
  constructor(path: string, cause: unknown) {
    super('Devnet.DamagedNetworkFile', `${path} is damaged: ${toPlain(cause).message}`, {
      cause,
      hint: 'Start the network again with ./ambrosia up.',
    })
  }
}
