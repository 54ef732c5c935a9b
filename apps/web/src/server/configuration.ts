import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Network, parse } from '@ambrosia/chain/Network'

/** The network of a home. @throws Network.Invalid */
export function networkOf(home: string): Network {
  return parse(readFileSync(join(home, 'network.json'), 'utf8'))
}

/** What the page needs to know of its network. */
export function readNetwork(options: { home: string; development: boolean }): object {
  const { version, chainId, contracts, services, deployedAtBlock = 0 } = networkOf(options.home)
  const plain = { version, chainId, contracts, services, deployedAtBlock }
  return options.development
    ? {
        ...plain,
        development: {
          operatorToken: operatorToken(options.home),
          mnemonic: process.env['AMBROSIA_MNEMONIC'] ?? '',
        },
      }
    : plain
}

/** What the hospital's staff sign in with; a development network has it lying in its home. */
function operatorToken(home: string): string {
  const path = join(home, 'issuer', 'operator-token')
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
}
