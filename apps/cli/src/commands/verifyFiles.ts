import { readFileSync } from 'node:fs'
import type { Pairings } from '@ambrosia/credentials/Bbs'
import { type NetworkFile, readNetworkFile } from '@ambrosia/devnet/NetworkFile'
import { hasCode } from '@ambrosia/primitives/Errors'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import { parseProof } from '@ambrosia/sdk/consumer/parseProof'
import {
  type DeliveryProof,
  type VerifiedDelivery,
  verifyDelivery,
} from '@ambrosia/sdk/consumer/verifyDelivery'
import { readRecords } from '@ambrosia/sdk/readRecords'
import { homeOf } from '../environment.ts'
import { recordLoader } from '../Session.ts'

/** A Bundle and its proof. */
export type Files = { bundleFile: string; proofFile: string }

/**
 * What became of the consent under which a record was sold, as far as the chain of this home says.
 */
export type ConsentState = 'inForce' | 'ended' | 'revoked' | 'undone' | 'unknown'

/** What a delivery proved. */
export type Checked = {
  verified: VerifiedDelivery
  proof: DeliveryProof
  /**
   * Whether it is of the network that this home describes, where it describes one: a chain that
   * was begun anew does not have the record any more, and is another.
   */
  place: 'here' | 'elsewhere' | 'none'
  consent: ConsentState
}

/** Checks one delivery; the pairing of its signature is left to `pairings`, where given. */
export type Verifier = (files: Files, pairings?: Pairings) => Promise<Checked>

/** Checks deliveries, and asks the chain of this home for the issuer's key where one is running. */
export async function createVerifier(options: { offline: boolean }): Promise<Verifier> {
  const here = networkHere()
  const running = options.offline || here === undefined ? undefined : await runningChain(here)
  const loader = await recordLoader()
  return async ({ bundleFile, proofFile }, pairings) => {
    const proof = parseProof(readFileSync(proofFile, 'utf8'))
    const isNamed =
      here?.chainId === proof.chainId &&
      here.contracts['dealBook']?.toLowerCase() === proof.dealBook.toLowerCase()
    const found = isNamed && running ? await consentOf(running.chain, proof) : undefined
    const isHere = isNamed && (running === undefined || found !== undefined)
    const bundleText = readFileSync(bundleFile, 'utf8')
    const asked = running?.chainId === proof.chainId ? running.chain.resolver : undefined
    const verify = (resolver: Chain['resolver'] | undefined) =>
      verifyDelivery({ bundleText, proof, loader, pairings, ...(resolver && { resolver }) })
    const verified = await verify(asked).catch((error: unknown) => {
      // Another network of the same name knows neither the record nor its issuer.
      if (isHere || asked === undefined || !hasCode(error, 'Credential.IssuerUnresolved'))
        throw error
      return verify(undefined)
    })
    const place = here === undefined ? 'none' : isHere ? 'here' : 'elsewhere'
    return { verified, proof, place, consent: found ?? 'unknown' }
  }
}

/** What became of the consent; undefined where the chain does not have the record. */
async function consentOf(chain: Chain, proof: DeliveryProof): Promise<ConsentState | undefined> {
  const [found] = await readRecords(chain, { recordId: proof.recordId })
  if (found === undefined) return undefined
  if (found.status === 'unwound') return 'undone'
  if (found.status === 'revoked') return 'revoked'
  return Number(found.record.consentUntil) * 1000 < Date.now() ? 'ended' : 'inForce'
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
    const chain = createChain(network)
    return { chainId: await chain.client.getChainId(), chain }
  } catch {
    return undefined
  }
}
