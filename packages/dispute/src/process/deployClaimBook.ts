// A ClaimBook with the verifiers of a prover's keys.

import { readFile } from 'node:fs/promises'
import { claimBookAbi, type DisputeRules } from '@ambrosia/chain/abi/dispute'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { compileContract } from '@ambrosia/chain/compile/solc'
import { sendRaw } from '@ambrosia/chain/send'
import {
  type Address,
  encodeDeployData,
  type Hex,
  type LocalAccount,
  type PublicClient,
} from 'viem'
import type { CircuitName } from '../decide.ts'
import type { Prover } from './Prover.ts'

/** Rules without what is deployed with them. */
export type ChosenRules = Omit<DisputeRules, 'genesisVerifier' | 'stepVerifier' | 'finalVerifier'>

/** A ClaimBook on a chain, and the first block with events of it. */
export type Deployed = { claimBook: Address; fromBlock: bigint }

/**
 * Compiles and deploys the three verifiers, then the ClaimBook.
 * @param recipients who may sign receipts
 * @throws Contracts.CompilationFailed, Chain.*, Prover.*
 */
export async function deployClaimBook(
  { client, account }: { client: PublicClient; account: LocalAccount },
  options: { prover: Prover; rules: ChosenRules; recipients: readonly Address[] },
): Promise<Deployed> {
  const { prover, rules, recipients } = options
  const keys = await prover.keys()
  const create = async (data: Hex) => {
    const { contractAddress, blockNumber } = await sendRaw(client, account, { data })
    return { address: contractAddress as Address, blockNumber }
  }
  const verifiers: Partial<Record<CircuitName, Address>> = {}
  for (const { name, verifier } of keys) {
    const source = await readFile(verifier, 'utf8')
    const { bytecode } = await compileContract('Groth16Verifier', source)
    verifiers[name] = (await create(bytecode)).address
  }
  const { claimBook } = await loadArtifacts({ domains: ['dispute'] })
  const chosen = {
    ...rules,
    genesisVerifier: verifiers.genesis as Address,
    stepVerifier: verifiers.step as Address,
    finalVerifier: verifiers.final as Address,
  }
  const ordered = [...recipients].sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1))
  const data = encodeDeployData({
    abi: claimBookAbi,
    bytecode: claimBook!.bytecode as Hex,
    args: [chosen, ordered],
  })
  const { address, blockNumber } = await create(data)
  return { claimBook: address, fromBlock: blockNumber }
}
