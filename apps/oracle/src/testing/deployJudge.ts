import { oracleAdmissionAbi } from '@ambrosia/chain/abi/admission'
import { equivocationJudgeAbi } from '@ambrosia/chain/abi/evidence'
import { packedQuorumVerifierAbi } from '@ambrosia/chain/abi/quorum'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { sendRaw } from '@ambrosia/chain/send'
import type { Exchange } from '@ambrosia/testing/startExchange'
import { type Abi, type Address, encodeDeployData } from 'viem'

/**
 * The judge of contradictions on the chain of a test, over an admission that has admitted nobody:
 * its refusal names the key that it read out of the evidence.
 */
export async function deployJudge({ chain, contracts, relayer }: Exchange): Promise<Address> {
  const artifacts = await loadArtifacts({ domains: ['admission', 'quorum', 'evidence'] })
  const deploy = async (name: string, abi: Abi, args: unknown[]): Promise<Address> => {
    const { bytecode = '0x' } = artifacts[name] ?? {}
    const data = encodeDeployData({ abi, bytecode, args })
    const { contractAddress } = await sendRaw(chain.client, relayer, { to: undefined, data })
    if (!contractAddress) throw new Error(`${name} was not created`)
    return contractAddress
  }
  const { accessManager, oracleRegistry, dealBook, consentBook, medToken } = contracts
  // Whoever applies is asked for evidence and power; here nobody does.
  const parameters = { founders: 3, quorumCountBps: 6667, quorumPowerBps: 6667, evidenceLife: 9 }
  const unasked = oracleRegistry
  const admission = await deploy('oracleAdmission', oracleAdmissionAbi as Abi, [
    accessManager,
    unasked,
    unasked,
    parameters,
  ])
  const quorum = await deploy('packedQuorumVerifier', packedQuorumVerifierAbi as Abi, [unasked])
  const facts = [dealBook, consentBook, admission, quorum]
  const args = [...facts, unasked, medToken]
  return await deploy('equivocationJudge', equivocationJudgeAbi as Abi, args)
}
