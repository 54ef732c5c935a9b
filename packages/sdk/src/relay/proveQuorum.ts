import { call } from '@ambrosia/api/client/call'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { oracleEpochsAbi } from '@ambrosia/chain/abi/admission'
import { networkCertificateVerifierAbi, packedQuorumVerifierAbi } from '@ambrosia/chain/abi/quorum'
import { reach } from '@ambrosia/chain/errors'
import { readOracle } from '@ambrosia/chain/read/oracle'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import { type BatchPath, batchCertificates } from '@ambrosia/exchange/quorum/CertificateBatch'
import { networkProof, type QuorumProof } from '@ambrosia/exchange/quorum/NetworkProof'
import * as OracleSet from '@ambrosia/exchange/quorum/OracleSet'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'
import type { Chain } from '../Chain.ts'
import { isQuorumDeal } from '../isQuorumDeal.ts'
import type { Reach } from './certifyBatch.ts'

type Proving = { chain: Chain; terms: DealTerms; reach: Reach | undefined }

/**
 * Settlements of a deal that names the network's quorum, each with the proof that the oracles
 * collected from peer to peer: over all certificates at once, and where they have different signers
 * over each alone. Those of other deals stay as they are.
 * @throws Settlement.NoQuorumProof, Chain.*
 */
export async function withQuorumProofs(
  options: Proving & { settlements: readonly Settlement[] },
): Promise<readonly Settlement[]> {
  const { chain, terms, settlements } = options
  if (!isQuorumDeal(chain, terms)) return settlements
  const proofs =
    (await proofsOf(options, settlements)) ??
    (await Promise.all(settlements.map(async (one) => (await proofsOf(options, [one]))?.[0])))
  return settlements.map((settlement, index) => {
    const quorumProof = proofs[index]
    if (quorumProof === undefined) throw new NoQuorumProofError()
    return { ...settlement, quorumProof }
  })
}

/**
 * A proof over these certificates that the chain takes, from the first oracle of the deal that can
 * give one.
 */
async function proofsOf(
  { chain, terms, reach: reaching }: Proving,
  settlements: readonly Settlement[],
): Promise<QuorumProof[] | undefined> {
  if (reaching === undefined) return undefined
  const hashes = settlements.map(({ consent }) => consent.certificateHash)
  const { root, paths } = batchCertificates(hashes)
  const { oracleRegistry } = chain.contracts
  for (const operator of terms.oracles) {
    const { endpoint } = await readOracle(chain.client, oracleRegistry, operator)
    const service = { name: 'oracle', url: endpoint, ...reaching }
    try {
      const collected = await call(service, oracleRoutes.batchProof, { body: { hashes } })
      const proofs = await judged({ chain, terms }, { ...collected, root, paths })
      if (proofs !== undefined) return proofs
    } catch (error) {
      // One that is down or does not have them all; another may.
      if (!(error instanceof AmbrosiaError)) throw error
    }
  }
  return undefined
}

/** The proofs, if the chain takes the root with count and power that the deal asks for. */
async function judged(
  { chain, terms }: Pick<Proving, 'chain' | 'terms'>,
  collected: { epoch: string; root: Hex; proof: Hex; paths: readonly BatchPath[] },
): Promise<QuorumProof[] | undefined> {
  const { client } = chain
  const { root, proof, paths } = collected
  const { quorum, powerBps } = await quorumOf(chain, terms.verifier)
  try {
    await reach(() =>
      client.readContract({
        address: quorum,
        abi: packedQuorumVerifierAbi,
        functionName: 'verify',
        args: [root, BigInt(terms.quorum), powerBps, proof],
      }),
    )
  } catch (error) {
    if (error instanceof AmbrosiaError) return undefined
    throw error
  }
  const sets = await client.readContract({
    address: quorum,
    abi: packedQuorumVerifierAbi,
    functionName: 'sets',
  })
  const { set } = await client.readContract({
    address: sets,
    abi: oracleEpochsAbi,
    functionName: 'epochOf',
    args: [BigInt(collected.epoch)],
  })
  const members = OracleSet.decode(fromHex((await client.getCode({ address: set })) ?? '0x'))
  return paths.map((path) => networkProof(terms.oracles, members, { ...path, proof }))
}

/** Who counts signatures for a verifier, and the share of power (1/10000) that it asks for. */
export async function quorumOf(
  { client }: Pick<Chain, 'client'>,
  verifier: Address,
): Promise<{ quorum: Address; powerBps: bigint }> {
  const contract = { address: verifier, abi: networkCertificateVerifierAbi } as const
  const [quorum, powerBps] = await Promise.all([
    client.readContract({ ...contract, functionName: 'quorumVerifier' }),
    client.readContract({ ...contract, functionName: 'powerBps' }),
  ])
  return { quorum, powerBps }
}

export class NoQuorumProofError extends AmbrosiaError {
  constructor() {
    super(
      'Settlement.NoQuorumProof',
      "no oracle of the deal can give a proof of the network's quorum over these certificates",
      { hint: 'Nothing was sent. Wait until enough oracles run, and settle again.' },
    )
  }
}
