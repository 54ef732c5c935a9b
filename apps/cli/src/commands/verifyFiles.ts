import { readFileSync } from 'node:fs'
import { type NetworkFile, readNetworkFile } from '@ambrosia/devnet/NetworkFile'
import { createChain } from '@ambrosia/sdk/Chain'
import { parseProof } from '@ambrosia/sdk/consumer/parseProof'
import {
  type DeliveryProof,
  type VerifiedDelivery,
  verifyDelivery,
} from '@ambrosia/sdk/consumer/verifyDelivery'
import { homeOf } from '../environment.ts'
import { recordLoader } from '../Session.ts'

/** A Bundle and its proof. */
export type Files = { bundleFile: string; proofFile: string }

/** What a delivery proved. */
export type Checked = {
  verified: VerifiedDelivery
  proof: DeliveryProof
  /** Whether it is of the network that this home describes, where it describes one. */
  place: 'here' | 'elsewhere' | 'none'
}

/** Checks deliveries, and asks the chain of this home for the issuer's key where one is running. */
export async function createVerifier(options: {
  offline: boolean
}): Promise<(files: Files) => Promise<Checked>> {
  const here = networkHere()
  const running = options.offline || here === undefined ? undefined : await runningChain(here)
  const loader = await recordLoader()
  return async ({ bundleFile, proofFile }) => {
    const proof = parseProof(readFileSync(proofFile, 'utf8'))
    const isHere =
      here?.chainId === proof.chainId &&
      here.contracts['dealBook']?.toLowerCase() === proof.dealBook.toLowerCase()
    const verified = await verifyDelivery({
      bundleText: readFileSync(bundleFile, 'utf8'),
      proof,
      loader,
      ...(running?.chainId === proof.chainId ? { resolver: running.resolver } : {}),
    })
    return { verified, proof, place: here === undefined ? 'none' : isHere ? 'here' : 'elsewhere' }
  }
}

/** The network of this home, where it has one. */
function networkHere(): NetworkFile | undefined {
  try {
    return readNetworkFile(homeOf())
  } catch {
    return undefined
  }
}

/** The chain of that network, where it answers. */
async function runningChain(network: NetworkFile) {
  try {
    const { client, resolver } = createChain(network)
    return { chainId: await client.getChainId(), resolver }
  } catch {
    return undefined
  }
}
