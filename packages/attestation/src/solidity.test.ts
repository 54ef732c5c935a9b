// The digest that an enclave vouches for, against the contract that admits it.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { oracleAdmissionAbi } from '@ambrosia/chain/abi/admission'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { network } from '@ambrosia/chain/testing/network'
import { toHex } from '@ambrosia/primitives/Bytes'
import { readVectors } from '@ambrosia/primitives/testing/vectors'
import { type Address, encodeDeployData } from 'viem'
import * as NodeKeys from './NodeKeys.ts'

type Vector = { keys: Omit<NodeKeys.NodeKeys, 'expiresAtSec'> & { expiresAt: string } }

it('NodeKeys.digest is what OracleAdmission hashes', async () => {
  const { viem } = await network.create()
  const client = await viem.getPublicClient()
  const [wallet] = await viem.getWalletClients()
  assert.ok(wallet)
  const { oracleAdmission } = await loadArtifacts({ domains: ['admission'] })
  const other = wallet.account.address
  const parameters = { founders: 1, quorumCountBps: 6667, quorumPowerBps: 6667, evidenceLife: 1 }
  const data = encodeDeployData({
    abi: oracleAdmissionAbi,
    bytecode: oracleAdmission!.bytecode,
    args: [other, other, other, parameters],
  })
  const hash = await wallet.sendTransaction({ data })
  const receipt = await client.waitForTransactionReceipt({ hash })
  const verifyingContract = receipt.contractAddress as Address
  const admission = { chainId: BigInt(await client.getChainId()), verifyingContract }
  const { valid } = readVectors<Vector, never>('attestation/nodeKeys.json')
  assert.ok(valid.length > 0)
  for (const { keys } of valid) {
    const { expiresAt, ...rest } = keys
    const theirs = await client.readContract({
      address: verifyingContract,
      abi: oracleAdmissionAbi,
      functionName: 'hashKeys',
      args: [{ ...rest, expiresAt: BigInt(expiresAt) }],
    })
    const ours = NodeKeys.digest({ ...rest, expiresAtSec: BigInt(expiresAt) }, admission)
    assert.equal(toHex(ours), theirs)
  }
})
