// The generated verifiers on a Hardhat chain, as a contract that uses them sees them.

import { readFileSync } from 'node:fs'
import { loadContract } from '@ambrosia/chain/compile/artifacts'
import { network } from '@ambrosia/chain/testing/network'
import { encodeFunctionData, type Hex } from 'viem'
import type { CircuitKeys } from '../lib/keys.ts'
import type { Proof } from '../lib/prove.ts'

/** A deployed verifier. */
export type Verifier = {
  /** Whether it accepts a proof, with these public signals in place of the proof's own. */
  accepts(proof: Proof, publicSignals?: readonly bigint[]): Promise<boolean>
  /** Gas of a transaction that calls it and does nothing else. */
  gasOf(proof: Proof): Promise<bigint>
}

/** Compiles the verifier of a circuit and deploys it. */
export async function deployVerifier(keys: CircuitKeys): Promise<Verifier> {
  const { abi, bytecode } = await loadContract(
    'Groth16Verifier',
    readFileSync(keys.verifier, 'utf8'),
  )
  const { viem } = await network.create()
  const publicClient = await viem.getPublicClient()
  const [client] = await viem.getWalletClients()
  const hash = await client!.deployContract({ abi, bytecode, args: [] })
  const { contractAddress } = await publicClient.waitForTransactionReceipt({ hash })
  const dataOf = ({ proof }: Proof, signals: readonly bigint[]) => {
    const { a, b, c } = proof
    const args = [a.map(BigInt), b.map((pair) => pair.map(BigInt)), c.map(BigInt), signals]
    return encodeFunctionData({ abi, functionName: 'verifyProof', args })
  }
  const to = contractAddress as Hex
  return {
    accepts: async (proof, signals = proof.publicSignals.map(BigInt)) => {
      const { data } = await publicClient.call({ to, data: dataOf(proof, signals) })
      return data !== undefined && BigInt(data) === 1n
    },
    gasOf: (proof) => {
      const data = dataOf(proof, proof.publicSignals.map(BigInt))
      return publicClient.estimateGas({ account: client!.account, to, data })
    },
  }
}
