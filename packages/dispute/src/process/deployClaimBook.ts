// A ClaimBook with the verifiers of a prover's keys.

import { readFile } from 'node:fs/promises'
import type { Artifact, Artifacts } from '@ambrosia/chain/Artifact'
import { loadArtifacts, loadContract } from '@ambrosia/chain/compile/artifacts'
import { planDispute } from '@ambrosia/chain/deploy/dispute'
import type { DisputeParameters } from '@ambrosia/chain/deploy/disputeParameters'
import { execute } from '@ambrosia/chain/deploy/execute'
import { findFactory } from '@ambrosia/chain/deploy/Factory'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, keccak256, type LocalAccount, type PublicClient, toHex } from 'viem'
import type { Prover } from './Prover.ts'

/** A ClaimBook on a chain, and the first block with events of it. */
export type Deployed = { claimBook: Address; fromBlock: bigint }

/**
 * The code of the verifiers of a prover's keys, compiled, as a deployment's artifacts name it.
 * @param allows `ceremony`: development keys are refused, which prove anything for whoever wants it
 * @throws Dispute.DevelopmentKeys, Contracts.CompilationFailed, Prover.*
 */
export async function verifierArtifacts(
  prover: Prover,
  allows: 'development' | 'ceremony',
): Promise<Artifacts> {
  const artifacts: Record<string, Artifact> = {}
  for (const { name, kind, verifier } of await prover.keys()) {
    if (kind !== 'ceremony' && allows === 'ceremony') throw new DevelopmentKeysError(name)
    const source = await readFile(verifier, 'utf8')
    artifacts[`${name}Verifier`] = await loadContract('Groth16Verifier', source)
  }
  return artifacts
}

/**
 * Compiles and deploys the three verifiers of development keys, then the ClaimBook; what stands
 * already is left.
 * @throws Contracts.CompilationFailed, Deployment.*, Chain.*, Prover.*
 */
export async function deployClaimBook(
  { client, account }: { client: PublicClient; account: LocalAccount },
  options: { prover: Prover; bondToken: Address; parameters: DisputeParameters },
): Promise<Deployed> {
  const { prover, bondToken, parameters } = options
  const artifacts = {
    ...(await loadArtifacts({ domains: ['deploy', 'dispute'] })),
    ...(await verifierArtifacts(prover, 'development')),
  }
  const deployer = account.address
  const factory = await findFactory(client, { deployer, artifacts })
  const context = { artifacts, deployer, factory: factory.address, salt: SALT }
  const fromBlock = await client.getBlockNumber({ cacheTime: 0 })
  const { contracts, steps } = planDispute(context, { bondToken, treasury: deployer, parameters })
  const first = factory.step === undefined ? [] : [factory.step]
  await execute({ client, account, steps: [...first, ...steps] })
  return { claimBook: contracts.claimBook, fromBlock }
}

const SALT = keccak256(toHex('ambrosia'))

export class DevelopmentKeysError extends AmbrosiaError {
  constructor(circuit: string) {
    super('Dispute.DevelopmentKeys', `the keys of circuit ${circuit} are development keys`, {
      hint: 'They prove anything. Hold a ceremony (head of circuits/ceremony.ts) and name its folder with AMBROSIA_CIRCUIT_KEYS.',
    })
  }
}
