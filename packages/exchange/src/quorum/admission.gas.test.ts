// Admission and epochs on a chain: possession of BLS keys, the code of a set against
// `OracleSet.ts`, and what it all costs at 3, 7, 21 and 67 oracles
// (contracts/snapshots/admission/gas.json; `GAS_SNAPSHOT=write` rewrites it).
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accessManagerAbi } from '@ambrosia/chain/abi/access'
import {
  oracleAdmissionAbi,
  oracleEpochsAbi,
  oracleMeasurementsAbi,
} from '@ambrosia/chain/abi/admission'
import { oraclePowerAbi, oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { assertGas } from '@ambrosia/chain/testing/assertGas'
import { network } from '@ambrosia/chain/testing/network'
import { fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256, sha256Tagged } from '@ambrosia/primitives/Hash'
import { type Address, encodeDeployData, encodeFunctionData } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import * as OracleSet from './OracleSet.ts'
import * as QuorumProof from './QuorumProof.ts'

const POSSESSION = 'AMBROSIA-POSSESSION-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_'
const MEASUREMENT = toHex(new Uint8Array(32).fill(0x3e))
const SIZES = [3, 7, 21, 67]
/** Size of a TDX quote; what the evidence says is not the chain's business. */
const EVIDENCE = toHex(new Uint8Array(5000).fill(0xe1))

const abis = {
  accessManager: accessManagerAbi,
  oracleMeasurements: oracleMeasurementsAbi,
  oracleAdmission: oracleAdmissionAbi,
  oracleEpochs: oracleEpochsAbi,
  oraclePower: oraclePowerAbi,
  oracleRegistry: oracleRegistryAbi,
} as const
const artifacts = await loadArtifacts({ domains: ['access', 'oracle', 'admission'] })

it('admits on votes, begins epochs, and costs what is recorded', async () => {
  const { viem, networkHelpers } = await network.create()
  const client = await viem.getPublicClient()
  const [wallet] = await viem.getWalletClients()
  assert.ok(wallet)
  let lastGas = 0

  /** A block a second: the computer's clock would reach what is signed, and with it gas. */
  async function tick() {
    await networkHelpers.time.setNextBlockTimestamp((await networkHelpers.time.latest()) + 1)
  }
  async function confirm(hash: Hex) {
    const receipt = await client.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    lastGas = Number(receipt.gasUsed)
    return receipt
  }
  async function create(name: keyof typeof abis, args: readonly unknown[]): Promise<Address> {
    const data = encodeDeployData({
      abi: abis[name],
      bytecode: artifacts[name]!.bytecode,
      args,
    } as never)
    await tick()
    return (await confirm(await wallet!.sendTransaction({ data }))).contractAddress as Address
  }
  async function call(to: Address, data: Hex, from = wallet!) {
    await tick()
    await confirm(await from.sendTransaction({ to, data }))
  }

  const manager = await create('accessManager', [wallet.account.address])
  const measurements = await create('oracleMeasurements', [manager])
  const now = BigInt(await networkHelpers.time.latest())
  await call(
    measurements,
    encodeFunctionData({
      abi: oracleMeasurementsAbi,
      functionName: 'allow',
      args: [MEASUREMENT, MEASUREMENT, now + 100n],
    }),
  )
  await networkHelpers.time.increase(100)
  const power = await create('oraclePower', [])
  const parameters = {
    founders: 3,
    quorumCountBps: 6667,
    quorumPowerBps: 6667,
    evidenceLife: 90 * 86_400,
  }
  const admission = await create('oracleAdmission', [manager, measurements, power, parameters])
  const registry = await create('oracleRegistry', [manager, power])
  const epochs = await create('oracleEpochs', [admission, registry, 86_400n, 3600n])

  const accounts = Array.from({ length: 67 }, (_, index) =>
    privateKeyToAccount(toHex(sha256Tagged('test oracle', fromUint(index, 2)))),
  )
  const blsSecretOf = (index: number) => {
    const secret = sha256Tagged('test bls', fromUint(index, 2))
    secret[0] = 1
    return secret
  }
  const ascending = [...accounts].sort((left, right) =>
    BigInt(left.address) < BigInt(right.address) ? -1 : 1,
  )
  const figures: Record<string, number> = {}
  const admitted: typeof accounts = []

  async function votesOver(digest: Hex) {
    const quorum = Math.ceil((admitted.length * 6667) / 10_000)
    const voters = ascending.filter((account) => admitted.includes(account)).slice(0, quorum)
    const votes = []
    for (const voter of voters) {
      votes.push({ voter: voter.address, signature: await voter.sign({ hash: digest }) })
    }
    return votes
  }
  async function admit(index: number) {
    const account = accounts[index]!
    const blsKey = QuorumProof.blsPublicKey(blsSecretOf(index))
    const block = await client.getBlock()
    const keys = {
      operator: account.address,
      signer: account.address,
      encryptionKey: toHex(new Uint8Array(32).fill(index + 1)),
      admissionKey: toHex(new Uint8Array(32).fill(0xad)),
      blsKeyHash: toHex(keccak256(Buffer.from(blsKey.slice(2), 'hex'))),
      measurement: MEASUREMENT,
      nonce: block.hash as Hex,
      expiresAt: block.timestamp + 3600n,
    }
    const contract = { address: admission, abi: oracleAdmissionAbi } as const
    const keysDigest = await client.readContract({
      ...contract,
      functionName: 'hashKeys',
      args: [keys],
    })
    await networkHelpers.impersonateAccount(account.address)
    await networkHelpers.setBalance(account.address, 10n ** 20n)
    const operator = await viem.getWalletClient(account.address)
    const proof = QuorumProof.signBls(keysDigest, blsSecretOf(index), POSSESSION)
    const signed = await account.sign({ hash: keysDigest })
    const apply = (possession: Hex) =>
      encodeFunctionData({
        abi: oracleAdmissionAbi,
        functionName: 'applyWith',
        args: [keys, block.number as bigint, blsKey, possession, signed, EVIDENCE],
      })
    const foreign = QuorumProof.signBls(keysDigest, blsSecretOf(index + 1), POSSESSION)
    await assert.rejects(
      client.call({ account: account.address, to: admission, data: apply(foreign) }),
      'possession is proven',
    )
    await call(admission, apply(proof), operator as typeof wallet)
    figures['admission.apply'] = lastGas
    if (admitted.length < 3) {
      const data = encodeFunctionData({
        abi: oracleAdmissionAbi,
        functionName: 'admitFounder',
        args: [keys],
      })
      await call(admission, data)
    } else {
      const digest = await client.readContract({
        ...contract,
        functionName: 'hashVote',
        args: [keysDigest, keys.expiresAt],
      })
      const args = [keys, await votesOver(digest)] as const
      await call(
        admission,
        encodeFunctionData({ abi: oracleAdmissionAbi, functionName: 'admit', args }),
      )
    }
    admitted.push(account)
    return lastGas
  }

  let number = 0n
  for (const size of SIZES) {
    let gas = 0
    while (admitted.length < size) gas = await admit(admitted.length)
    if (size > 3) figures[`admission.admit.${size}`] = gas
    number += 1n
    await networkHelpers.time.increase(86_400)
    const contract = { address: epochs, abi: oracleEpochsAbi } as const
    const keys = {
      epoch: number,
      tagCommitment: MEASUREMENT,
      networkKey: MEASUREMENT,
      membersHash: await client.readContract({ ...contract, functionName: 'membersHash' }),
      expiresAt: BigInt(await networkHelpers.time.latest()) + 3600n,
    }
    const digest = await client.readContract({
      ...contract,
      functionName: 'hashEpoch',
      args: [keys],
    })
    const args = [keys, await votesOver(digest)] as const
    await call(epochs, encodeFunctionData({ abi: oracleEpochsAbi, functionName: 'begin', args }))
    figures[`epoch.begin.${size}`] = lastGas
    const [set] = await client.readContract({ ...contract, functionName: 'setOf', args: [number] })
    const code = await client.getCode({ address: set })
    const entries = admitted.map((account, index) => ({
      operator: account.address.toLowerCase() as Address,
      signer: account.address.toLowerCase() as Address,
      power: 1n,
      commissionBps: 0,
      blsKey: QuorumProof.blsPublicKey(blsSecretOf(index)),
    }))
    assert.equal(code, toHex(OracleSet.encode(entries)), `the code of a set of ${size}`)
    assert.deepEqual(OracleSet.decode(Buffer.from((code as Hex).slice(2), 'hex')), entries)
  }
  await assertGas('admission', figures)
})
