import { readFileSync } from 'node:fs'
import * as Network from '@ambrosia/chain/Network'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** The network that a service works in. @throws Network.Unreadable, Network.Invalid */
export function readNetwork(path: string): Network.Network {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new UnreadableError(path)
  }
  return Network.parse(text)
}

export class UnreadableError extends AmbrosiaError {
  constructor(path: string) {
    super('Network.Unreadable', `the network file ${path} can't be read`, {
      details: { path },
      hint: 'Start a network with ./ambrosia up, or set AMBROSIA_NETWORK_FILE.',
    })
  }
}
