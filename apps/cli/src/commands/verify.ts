import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Command } from 'commander'
import { homeOf } from '../environment.ts'
import { show, UsageError } from '../output.ts'

/** `ambrosia verify`: checks a delivered Bundle without trusting an oracle. */
export function define(verify: Command): void {
  verify
    .argument('<file>', 'the delivered Bundle, or its proof')
    .option(
      '--proof <file>',
      'the proof; default: the file beside the Bundle with "proof" in its name',
    )
    .option(
      '--offline',
      "believe the issuer's DID document in the proof instead of asking the chain",
      false,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  ambrosia verify .ambrosia/delivered/bundle.json\n  ambrosia verify bundle.json --proof proof.json --offline',
    )
    .action(
      async (file: string, options: { proof?: string; offline: boolean }, command: Command) => {
        const { bundleFile, proofFile } = filesOf(file, options.proof)
        for (const path of [bundleFile, proofFile]) {
          if (!existsSync(path))
            throw new UsageError(
              `there is no file ${path}`,
              'Name the Bundle, and its proof by --proof.',
            )
        }
        const { verifyDelivery } = await import('@ambrosia/sdk/consumer/verifyDelivery')
        const { recordLoader } = await import('../Session.ts')
        const { parseProof } = await import('@ambrosia/sdk/consumer/parseProof')
        const proof = parseProof(readFileSync(proofFile, 'utf8'))
        const here = await networkHere()
        const isHere =
          here?.chainId === proof.chainId &&
          here.contracts['dealBook']?.toLowerCase() === proof.dealBook.toLowerCase()
        const network =
          here === undefined ? '' : isHere ? ', the one of this home' : ', not the one of this home'
        const resolver = options.offline ? undefined : await reachableResolver(proof.chainId)
        const verified = await verifyDelivery({
          bundleText: readFileSync(bundleFile, 'utf8'),
          proof,
          loader: await recordLoader(),
          ...(resolver ? { resolver } : {}),
        })
        const { chainId, dealBook, dealId: deal, recordId: record } = proof
        show(command, { ...verified, deal, record, chainId, dealBook, isOfThisNetwork: isHere }, [
          `${verified.resourceCount} resources, each signed by ${verified.issuer}`,
          `for deal ${proof.dealId} and consumer ${proof.consumer}`,
          `of the network with chain ${proof.chainId} and DealBook ${proof.dealBook}${network}`,
          verified.issuerKey === 'chain'
            ? "issuer's key read from the chain"
            : "issuer's key taken from the proof, since no chain was asked: compare the DID document with one you trust",
        ])
      },
    )
}

function filesOf(
  file: string,
  proof: string | undefined,
): { bundleFile: string; proofFile: string } {
  const name = basename(file)
  if (name.includes('proof') && proof === undefined) {
    return { bundleFile: join(dirname(file), name.replace('proof', 'bundle')), proofFile: file }
  }
  return {
    bundleFile: file,
    proofFile: proof ?? join(dirname(file), name.replace('bundle', 'proof')),
  }
}

/** The network of this home, where it has one. */
async function networkHere() {
  const { readNetworkFile } = await import('@ambrosia/devnet/NetworkFile')
  try {
    return readNetworkFile(homeOf())
  } catch {
    return undefined
  }
}

/** A resolver when a network of that chain runs in this home, else undefined. */
async function reachableResolver(chainId: number) {
  const { readNetworkFile } = await import('@ambrosia/devnet/NetworkFile')
  const { createChain } = await import('@ambrosia/sdk/Chain')
  try {
    const network = readNetworkFile(homeOf())
    const chain = createChain(network)
    if ((await chain.client.getChainId()) !== chainId) return undefined
    return chain.resolver
  } catch {
    return undefined
  }
}
