import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reach } from '@ambrosia/chain/errors'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { readNetworkFile } from '@ambrosia/devnet/NetworkFile'
import type { PublicNetwork } from '@ambrosia/rollup/network/L2Network'
import type { Command } from 'commander'
import { createPublicClient, http, type LocalAccount, type PublicClient } from 'viem'
import { homeOf, isDevelopment } from '../../environment.ts'
import { l2UrlOf } from '../../l2UrlOf.ts'
import { UsageError } from '../../output.ts'
import { openWallet } from '../../wallet/Wallet.ts'

export type BridgeOptions = { network?: string; l1?: string; l2?: string; account: string }

/** Both sides of a bridge, and who acts. */
export type Sides = {
  l1: PublicClient
  l2: PublicClient
  network: PublicNetwork
  account: LocalAccount
}

/** Options that every verb of the bridge has. */
export function addBridgeOptions(verb: Command): Command {
  return verb
    .option('--network <file>', 'description of the network; default: l2/public.json of the home')
    .option('--l1 <url>', 'node of L1; default: that of network.json of the home')
    .option('--l2 <url>', 'node of L2; default: the first of this home')
    .option('--account <name>', 'key of the wallet that signs and pays', 'consumer')
}

/** @throws Cli.Usage where the description can't be read, Devnet.NoNetwork */
export async function openSides(options: BridgeOptions): Promise<Sides> {
  const home = homeOf()
  const path = options.network ?? join(home, 'l2', 'public.json')
  const network = readPublic(path)
  const l1 = createClient(options.l1 ?? readNetworkFile(home).rpcUrl)
  const { account: name } = options
  const isKnown = name === 'consumer' || name === 'relayer' || name === 'deployer'
  const account =
    isKnown && isDevelopment() ? developmentAccount(name) : (await openWallet(home)).existing(name)
  return { l1, l2: createClient(l2UrlOf(options.l2, '--l2')), network, account }
}

/** @throws Chain.Unreachable where it is not a node of this network's L2 */
export async function assertL2({ l2, network }: Sides): Promise<void> {
  const chainId = await reach(() => l2.getChainId())
  if (chainId === network.rules.chainId) return
  throw new UsageError(
    `--l2 is a node of chain ${chainId}, the network's is ${network.rules.chainId}`,
  )
}

function readPublic(path: string): PublicNetwork {
  try {
    const network = JSON.parse(readFileSync(path, 'utf8')) as PublicNetwork
    if (network.version === 1 && network.contracts !== undefined) return network
  } catch {
    // Told below.
  }
  throw new UsageError(
    `${path} does not describe a layer-2 network`,
    'ambrosia network create and ambrosia up --l2 write one; name it with --network.',
  )
}

function createClient(url: string): PublicClient {
  return createPublicClient({ transport: http(url), cacheTime: 0, pollingInterval: 250 })
}
