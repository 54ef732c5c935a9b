import * as Certificate from '@ambrosia/exchange/Certificate'
import {
  batchCertificates,
  CertificateBatch,
  quorumDomain,
} from '@ambrosia/exchange/quorum/CertificateBatch'
import { packSignatures } from '@ambrosia/exchange/quorum/QuorumProof'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { isAddressEqual } from 'viem'
import type { BatchSignature, RootSignature, SignedCertificate } from '../enclave/Enclave.ts'
import type { Oracle, OracleNetwork } from '../Oracle.ts'
import { gatherBatchSignatures } from './peers.ts'
import type { NetworkReader } from './readNetwork.ts'

/** What the contract PackedQuorumVerifier takes for a batch of certificates. */
export type BatchProof = { epoch: bigint; root: Hex; proof: Hex; signers: number }

/**
 * This oracle's signature over the root of certificates that it made, under the present epoch.
 * @throws Certificate.Unknown
 */
export async function signBatch(oracle: Oracle, hashes: readonly Hex[]): Promise<BatchSignature> {
  return await oracle.enclave.signBatch(await madeHere(oracle, hashes))
}

/**
 * This oracle's signature over the root of certificates that it made, for one settlement.
 * @throws Certificate.Unknown
 */
export async function certifyBatch(oracle: Oracle, hashes: readonly Hex[]): Promise<RootSignature> {
  return await oracle.enclave.certifyBatch(await madeHere(oracle, hashes))
}

/** @throws Certificate.Unknown */
async function madeHere(oracle: Oracle, hashes: readonly Hex[]): Promise<SignedCertificate[]> {
  return await Promise.all(
    hashes.map(async (hash) => {
      const row = await oracle.database
        .selectFrom('submission')
        .select(['certificate', 'signature'])
        .where('certificate_hash', '=', hash)
        .executeTakeFirst()
      if (!row?.certificate || !row.signature) throw new UnknownCertificateError()
      return {
        certificate: Certificate.fromJson(JSON.parse(row.certificate)),
        signature: row.signature as Hex,
      }
    }),
  )
}

/**
 * Collects the other oracles' signatures over a batch, from peer to peer, and packs those that are
 * right: a proof that anybody can carry to the chain.
 * @throws Certificate.Unknown
 */
export async function gatherProof(
  oracle: Oracle,
  { network, reader }: { network: OracleNetwork; reader: NetworkReader },
  hashes: readonly Hex[],
): Promise<BatchProof> {
  const own = await signBatch(oracle, hashes)
  const { root } = batchCertificates(hashes)
  const { members } = await reader.epoch(own.epoch)
  const others = await gatherBatchSignatures(oracle, members, hashes)
  const domain = quorumDomain('PackedQuorumVerifier', oracle.chainId, network.packedQuorumVerifier)
  const all = [{ operator: oracle.operator.address, ...own }, ...others]
  const placed: { place: number; signature: Hex }[] = []
  for (const { operator, epoch, signature } of all) {
    const place = members.findIndex((member) => isAddressEqual(member.operator, operator))
    const signer = members[place]?.signer
    if (signer === undefined || epoch !== own.epoch) continue
    if (await CertificateBatch.verify({ epoch, root }, domain, signer, signature))
      placed.push({ place, signature })
  }
  return {
    epoch: own.epoch,
    root,
    proof: packSignatures(own.epoch, placed),
    signers: placed.length,
  }
}

export class UnknownCertificateError extends AmbrosiaError {
  constructor() {
    super('Certificate.Unknown', 'this oracle did not make that certificate')
  }
}
