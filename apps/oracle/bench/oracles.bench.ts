/**
 * The oracle network's work, in one process and on one core, with nothing between the oracles but
 * function calls: what a network adds is its latency and what more cores take away. Each figure is
 * for 3, 7 and 21 oracles; those of 7 and 21 stand against those of 3, whose own ratio is 1. Gas is
 * in contracts/snapshots, checks of evidence in packages/attestation/bench.
 */
import * as Certificate from '@ambrosia/exchange/Certificate'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import {
  batchCertificates,
  CertificateBatch,
  quorumDomain,
} from '@ambrosia/exchange/quorum/CertificateBatch'
import { packSignatures } from '@ambrosia/exchange/quorum/QuorumProof'
import { createMemoryKeystore } from '@ambrosia/testing/createMemoryKeystore'
import { hash, newAccount } from '@ambrosia/testing/values'
import { createEnclave } from '../src/enclave/createEnclave.ts'
import type { Enclave, Outside } from '../src/enclave/Enclave.ts'
import type { EpochPlan, Member } from '../src/enclave/EpochPlan.ts'
import { type EnclaveKeys, openKeys } from '../src/enclave/keys.ts'
import { openPlatform } from '../src/enclave/platform.ts'

export const name = 'oracles'
const SIZES = [3, 7, 21] as const
const KINDS = ['admit', 'rotate', 'collect'] as const
export const figures = KINDS.flatMap((kind) => SIZES.map((size) => `oracles.${kind}.${size}`))

const NOW_SEC = 1_800_000_000
const CHAIN_ID = 31337
const dealBook = newAccount().address
const network = {
  oracleAdmission: newAccount().address,
  oracleEpochs: newAccount().address,
  packedQuorumVerifier: newAccount().address,
}
/** Certificates of one batch. */
const BATCH = 16

type Node = Member & { enclave: Enclave; own: EnclaveKeys }

export async function run() {
  const rows: { name: string; value: number; unit: string; against: string; ratio: number }[] = []
  const first: Record<string, number> = {}
  for (const size of SIZES) {
    const nodes = await Promise.all(Array.from({ length: size }, createNode))
    const measured = {
      admit: [await admit(nodes), 'ms'],
      rotate: [await rotate(nodes), 'ms'],
      collect: [await collect(nodes), 'certificates/s'],
    } as const
    for (const kind of KINDS) {
      const [value, unit] = measured[kind]
      first[kind] ??= value
      const base = first[kind] ?? value
      const ratio = unit === 'ms' ? base / value : value / base
      rows.push({
        name: `oracles.${kind}.${size}`,
        value: Math.round(value * 10) / 10,
        unit,
        against: `oracles.${kind}.3`,
        ratio,
      })
    }
  }
  return { figures: rows }
}

async function createNode(): Promise<Node> {
  const operator = newAccount().address
  const keystore = createMemoryKeystore()
  const own = await openKeys(keystore, operator)
  const outside: Partial<Outside> = {
    measurementOf: async (measurement) => ({ measurement, activatesAtSec: 0 }),
    currentEpoch: async () => 1n,
  }
  const enclave = await createEnclave({
    settings: {
      mode: 'development',
      chainId: CHAIN_ID,
      dealBook,
      oracleRegistry: dealBook,
      operator,
      network,
    },
    keystore,
    platform: openPlatform({ mode: 'development', validatorHash: hash('validator') }),
    outside: outside as Outside,
    now: () => NOW_SEC * 1000,
  })
  const application = await enclave.apply(hash('block'), BigInt(NOW_SEC + 3600))
  return { operator, enclave, own, ...application }
}

/** One newcomer's evidence verified, and voted for, by all. */
async function admit(nodes: readonly Node[]): Promise<number> {
  const newcomer = await createNode()
  return await milliseconds(() => Promise.all(nodes.map(({ enclave }) => enclave.vote(newcomer))))
}

/** An epoch: every dealing, every sum and vote, and one oracle's putting the secret together. */
async function rotate(nodes: readonly Node[]): Promise<number> {
  const members = nodes.map(({ operator, keys, evidence }) => ({ operator, keys, evidence }))
  const plan: EpochPlan = { epoch: 1n, members }
  return await milliseconds(async () => {
    const dealings = await Promise.all(nodes.map(({ enclave }) => enclave.deal(plan)))
    const offers = await Promise.all(
      nodes.map(({ enclave }) => enclave.accept(plan, dealings, BigInt(NOW_SEC + 600))),
    )
    const [first, ...others] = nodes as [Node, ...Node[]]
    const tagCommitment = offers[0]?.keys.tagCommitment as `0x${string}`
    const shares = await Promise.all(
      others.map(async ({ operator, enclave }) => ({
        from: operator,
        envelope: await enclave.wrapShare(1n, tagCommitment, first.operator),
      })),
    )
    await first.enclave.openShares(1n, tagCommitment, shares)
  })
}

/** Batches signed by all, each signature checked by the one who collects, and packed. */
async function collect(nodes: readonly Node[]): Promise<number> {
  const domain = dealBookDomain(CHAIN_ID, dealBook)
  const verifier = quorumDomain('PackedQuorumVerifier', CHAIN_ID, network.packedQuorumVerifier)
  const certificates = Array.from({ length: BATCH }, (_, index) => certificateOf(index))
  const signed = await Promise.all(
    nodes.map(({ own }) =>
      Promise.all(
        certificates.map(async (certificate) => ({
          certificate,
          signature: await own.signer.signTypedData(Certificate.toTypedData(certificate, domain)),
        })),
      ),
    ),
  )
  const { root } = batchCertificates(certificates.map((one) => Certificate.hash(one, domain)))
  const ms = await milliseconds(async () => {
    const placed = await Promise.all(
      nodes.map(async ({ enclave, own }, place) => {
        const { epoch, signature } = await enclave.signBatch(signed[place] ?? [])
        const { address } = own.signer
        if (!(await CertificateBatch.verify({ epoch, root }, verifier, address, signature)))
          throw new Error('a signature is wrong')
        return { place, signature }
      }),
    )
    packSignatures(1n, placed)
  })
  return (1000 * BATCH) / ms
}

function certificateOf(index: number): Certificate.Certificate {
  return {
    dealId: hash('deal'),
    provider: newAccount().address,
    manifestHash: hash(`manifest ${index}`),
    personTag: hash(`person ${index}`),
    recordTag: hash(`record ${index}`),
    score: 90,
    asOf: BigInt(NOW_SEC),
    validUntil: BigInt(NOW_SEC + 3600),
    validatorHash: hash('validator'),
    statusListsRoot: hash('lists'),
    receiptHash: hash(`receipt ${index}`),
  }
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
