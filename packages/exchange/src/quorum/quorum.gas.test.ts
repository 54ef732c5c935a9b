// The two quorum verifiers on a chain, against signatures made here: what they accept, what they
// refuse, and what they cost at 3, 7, 21 and 67 oracles (contracts/snapshots/gas.quorum.json;
// `GAS_SNAPSHOT=write` rewrites it).

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { accessManagerAbi } from '@ambrosia/chain/abi/access'
import { certificateVerifierAbi } from '@ambrosia/chain/abi/exchange'
import { oraclePowerAbi, oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import {
  blsQuorumVerifierAbi,
  networkCertificateVerifierAbi,
  packedQuorumVerifierAbi,
} from '@ambrosia/chain/abi/quorum'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { assertGas } from '@ambrosia/chain/testing/assertGas'
import { network } from '@ambrosia/chain/testing/network'
import { concat, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeDeployData,
  encodeFunctionData,
  type PublicClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { compact } from '../PackedSettlement.ts'
import { batchCertificates, CertificateBatch, quorumDomain } from './CertificateBatch.ts'
import * as OracleSet from './OracleSet.ts'
import * as QuorumProof from './QuorumProof.ts'
import { provePossession, registryDomain } from './SigningKey.ts'

const EPOCH = 5n
const SIZES = [3, 7, 21, 67] as const
const TWO_THIRDS_BPS = 6667n

type Kind = 'packed' | 'bls'
type Oracle = { secretKey: Uint8Array; account: ReturnType<typeof privateKeyToAccount> }
type Set = { oracles: Oracle[]; address: Address; verifiers: Record<Kind, Address> }

const oracles: Oracle[] = Array.from({ length: 67 }, (_, index) => {
  const secretKey = sha256Tagged('test oracle', fromUint(index, 2))
  secretKey[0] = 1 // below both orders
  return { secretKey, account: privateKeyToAccount(toHex(secretKey)) }
})
const root = batchCertificates([toHex(new Uint8Array(32).fill(7))]).root
const abis = {
  accessManager: accessManagerAbi,
  oraclePower: oraclePowerAbi,
  oracleRegistry: oracleRegistryAbi,
  certificateVerifier: certificateVerifierAbi,
  packedQuorumVerifier: packedQuorumVerifierAbi,
  blsQuorumVerifier: blsQuorumVerifierAbi,
  networkCertificateVerifier: networkCertificateVerifierAbi,
} as const
const artifacts = await loadArtifacts({ domains: ['access', 'oracle', 'quorum', 'exchange'] })
const deployDataOf = (name: keyof typeof abis, args: readonly unknown[]) =>
  encodeDeployData({ abi: abis[name], bytecode: artifacts[name]!.bytecode, args } as never)
const quorumOf = (size: number) => Math.floor((2 * size) / 3) + 1

let client: PublicClient
let deploy: (name: keyof typeof abis, args: readonly unknown[]) => Promise<Address>
let deployCode: (code: Uint8Array) => Promise<Address>
let gasOf: (to: Address, data: Hex) => Promise<number>
let blsKeys: Hex[]

/** A chain of its own: addresses are calldata, and gas depends on them. */
async function connect(): Promise<void> {
  const { viem } = await network.create()
  const [wallet] = await viem.getWalletClients()
  assert.ok(wallet)
  client = await viem.getPublicClient()
  const addressOf = async (hash: Hex) => {
    const receipt = await client.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    return receipt.contractAddress as Address
  }
  deploy = async (name, args) => {
    return await addressOf(await wallet.sendTransaction({ data: deployDataOf(name, args) }))
  }
  deployCode = async (code) => {
    const creation = concat(Uint8Array.of(0x61), fromUint(code.length, 2), CODE_COPY, code)
    return await addressOf(await wallet.sendTransaction({ data: toHex(creation) }))
  }
  gasOf = async (to, data) => {
    const hash = await wallet.sendTransaction({ to, data })
    const receipt = await client.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    return Number(receipt.gasUsed)
  }
  blsKeys ??= oracles.map(({ secretKey }) => QuorumProof.blsPublicKey(secretKey))
}

before(connect)

/**
 * DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN: gives back all that follows.
 */
const CODE_COPY = Uint8Array.of(0x80, 0x60, 0x0a, 0x3d, 0x39, 0x3d, 0xf3)

/**
 * A contract that answers every call with a set's address and the excluded places: `setOf` of epoch
 * 5 and of any other.
 */
async function deploySets(set: Address, excluded = 0n): Promise<Address> {
  const word = (value: bigint) => concat(Uint8Array.of(0x7f), fromUint(value, 32))
  const store = (at: number) => Uint8Array.of(0x60, at, 0x52)
  const answer = Uint8Array.of(0x60, 0x40, 0x60, 0x00, 0xf3)
  return await deployCode(concat(word(BigInt(set)), store(0), word(excluded), store(0x20), answer))
}

async function createSet(size: number, excluded = 0n, powers?: readonly bigint[]): Promise<Set> {
  const members = oracles.slice(0, size)
  const entries = members.map(({ account }, index) => ({
    operator: toHex(new Uint8Array(20).fill(index + 1)),
    signer: account.address,
    power: powers?.[index] ?? 10n ** 24n,
    commissionBps: 100 + index,
    blsKey: blsKeys[index] as Hex,
  }))
  const address = await deployCode(OracleSet.encode(entries))
  assert.equal((await client.getCode({ address }))?.length, 2 + 2 * (15 + 320 * size))
  const sets = await deploySets(address, excluded)
  const packed = await deploy('packedQuorumVerifier', [sets])
  const bls = await deploy('blsQuorumVerifier', [sets])
  return { oracles: members, address, verifiers: { packed, bls } }
}

async function prove(
  set: Set,
  kind: Kind,
  places: readonly number[],
  message = root,
): Promise<Hex> {
  const name = kind === 'packed' ? 'PackedQuorumVerifier' : 'BlsQuorumVerifier'
  const domain = quorumDomain(name, await client.getChainId(), set.verifiers[kind])
  const digest = CertificateBatch.hash({ epoch: EPOCH, root: message }, domain)
  const signatures: QuorumProof.PlacedSignature[] = []
  for (const place of places) {
    const { account, secretKey } = set.oracles[place] as Oracle
    const signature =
      kind === 'bls' ? QuorumProof.signBls(digest, secretKey) : await account.sign({ hash: digest })
    signatures.push({ place, signature })
  }
  if (kind === 'bls') return QuorumProof.aggregateSignatures(EPOCH, signatures)
  return QuorumProof.packSignatures(EPOCH, signatures)
}

const callOf = (proof: Hex, count: number, powerBps = TWO_THIRDS_BPS) =>
  ({
    abi: packedQuorumVerifierAbi,
    functionName: 'verify',
    args: [root, BigInt(count), powerBps, proof],
  }) as const

async function verify(set: Set, kind: Kind, proof: Hex, count: number, powerBps = 0n) {
  const address = set.verifiers[kind]
  return await client.readContract({ address, ...callOf(proof, count, powerBps) })
}

async function assertRefused(promise: Promise<unknown>, error: string, message = error) {
  await assert.rejects(promise, new RegExp(`${error}\\w*\\(`), message)
}

for (const kind of ['packed', 'bls'] as const) {
  describe(`${kind} quorum`, () => {
    let set: Set
    before(async () => {
      set = await createSet(7, 1n << 6n, [1n, 2n, 3n, 4n, 5n, 6n, 7n])
    })

    it('who signed, in the order of places, whatever the order of signing', async () => {
      const [address, signers] = await verify(set, kind, await prove(set, kind, [4, 0, 2]), 3)
      assert.equal(address.toLowerCase(), set.address.toLowerCase())
      assert.equal(signers, 0b10101n)
    })

    it('counts and weighs, to the unit', async () => {
      const proof = await prove(set, kind, [3, 4]) // 9 of 28
      await verify(set, kind, proof, 2, 3214n)
      await assertRefused(verify(set, kind, proof, 3), 'QuorumCountMissing')
      await assertRefused(verify(set, kind, proof, 2, 3215n), 'QuorumPowerMissing')
    })

    it('another root, epoch, or signer', async () => {
      const other = await prove(set, kind, [0, 1], toHex(new Uint8Array(32)))
      await assertRefused(verify(set, kind, other, 2), 'QuorumSignatureInvalid')
      const proof = await prove(set, kind, [0, 1])
      const epoch = `0x${(EPOCH + 1n).toString(16).padStart(16, '0')}${proof.slice(18)}` as Hex
      await assertRefused(verify(set, kind, epoch, 2), 'QuorumSignatureInvalid')
      const places = (bits: bigint) =>
        `0x${proof.slice(2, 18)}${bits.toString(16).padStart(64, '0')}${proof.slice(82)}` as Hex
      await assertRefused(verify(set, kind, places(0b101n), 2), 'QuorumSignatureInvalid')
      await assertRefused(verify(set, kind, places(1n << 7n), 1), 'QuorumProofMalformed')
      await assertRefused(verify(set, kind, places(0n), 0), 'Quorum')
    })

    it('an oracle that was excluded since', async () => {
      const proof = await prove(set, kind, [0, 6])
      await assertRefused(verify(set, kind, proof, 1), 'QuorumSignerExcluded')
    })

    it('changed in any byte, cut at any byte, or longer', async () => {
      const proof = await prove(set, kind, [0, 1])
      for (let at = 2; at < proof.length; at += 14) {
        const digit = (Number.parseInt(proof[at] as string, 16) ^ 1).toString(16)
        const changed = `${proof.slice(0, at)}${digit}${proof.slice(at + 1)}` as Hex
        await assertRefused(verify(set, kind, changed, 2), 'Quorum', `byte ${at}`)
        const cut = proof.slice(0, at) as Hex
        await assertRefused(verify(set, kind, cut, 2), 'QuorumProofMalformed', `cut at ${at}`)
      }
      await assertRefused(verify(set, kind, `${proof}00`, 2), 'QuorumProofMalformed')
    })

    it('an epoch without a set', async () => {
      const sets = await deploySets('0x0000000000000000000000000000000000000000')
      const address = await deploy(
        kind === 'packed' ? 'packedQuorumVerifier' : 'blsQuorumVerifier',
        [sets],
      )
      const proof = await prove(set, kind, [0])
      const call = client.readContract({ address, ...callOf(proof, 1) })
      await assertRefused(call, 'QuorumEpochUnusable')
    })
  })
}

it('packed: the second form of a signature is refused', async () => {
  const set = await createSet(3)
  const proof = await prove(set, 'packed', [0])
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const vs = BigInt(`0x${proof.slice(-64)}`)
  const s = vs & ((1n << 255n) - 1n)
  const parity = (vs >> 255n) ^ 1n
  const other = ((order - s) & ((1n << 255n) - 1n)) | (parity << 255n)
  const changed = `${proof.slice(0, -64)}${other.toString(16).padStart(64, '0')}` as Hex
  await assertRefused(verify(set, 'packed', changed, 1), 'QuorumSignatureInvalid')
})

it('BLS: a key that is missing counts for nobody', async () => {
  const [first, second] = oracles as [Oracle, Oracle]
  const entries = [first, second].map(({ account }, index) => ({
    operator: toHex(new Uint8Array(20).fill(index + 1)),
    signer: account.address,
    power: 1n,
    commissionBps: 0,
    ...(index === 0 ? { blsKey: blsKeys[0] as Hex } : {}),
  }))
  const address = await deployCode(OracleSet.encode(entries))
  const bls = await deploy('blsQuorumVerifier', [await deploySets(address)])
  const set: Set = { oracles: [first, second], address, verifiers: { packed: bls, bls } }
  const alone = await prove(set, 'bls', [0])
  await verify(set, 'bls', alone, 1)
  const both = `0x${alone.slice(2, 18)}${'3'.padStart(64, '0')}${alone.slice(82)}` as Hex
  await assertRefused(verify(set, 'bls', both, 2), 'QuorumSignatureInvalid')
})

describe('behind the interface that a deal names', () => {
  const hashes = Array.from({ length: 5 }, (_, index) => toHex(new Uint8Array(32).fill(index + 1)))
  const { root: batchRoot, paths } = batchCertificates(hashes)
  const operator = (place: number) => toHex(new Uint8Array(20).fill(place + 1))
  let set: Set
  let verifier: Address

  before(async () => {
    set = await createSet(7)
    verifier = await deploy('networkCertificateVerifier', [set.verifiers.packed, 4000n])
  })

  /**
   * What `settle` passes on: the deal's oracles, and for each signature its index there and its
   * place in the set.
   */
  async function callFor(signed: readonly number[], places: readonly number[], listed: number[]) {
    const proof = await prove(set, 'packed', signed, batchRoot)
    const network = { ...(paths[3] as (typeof paths)[number]), proof, places }
    const signers = places.reduce((bits, place) => bits | (1n << BigInt(listed.indexOf(place))), 0n)
    return {
      hash: hashes[3] as Hex,
      oracles: listed.map(operator),
      signers,
      proof: encodeAbiParameters([NETWORK_PROOF], [network as never]),
    }
  }

  async function ask(call: Awaited<ReturnType<typeof callFor>>, quorum = 3, hash = call.hash) {
    return await client.readContract({
      address: verifier,
      abi: [...networkCertificateVerifierAbi, ...packedQuorumErrors],
      functionName: 'verify',
      args: [hash, call.oracles, quorum, call.signers, call.proof],
    })
  }

  it('takes a certificate of a batch, with the commissions of the set', async () => {
    const commissions = await ask(await callFor([1, 2, 5], [5, 2, 1], [6, 5, 2, 1]))
    assert.equal(commissions, 105n | (102n << 16n) | (101n << 32n))
  })

  it('refuses another certificate, too few, too little power, and whom the deal does not list', async () => {
    const call = await callFor([1, 2, 5], [5, 2, 1], [6, 5, 2, 1])
    await assertRefused(ask(call, 3, hashes[2]), 'QuorumSignatureInvalid')
    await assertRefused(ask(call, 4), 'CertificateQuorumMissing')
    const two = await callFor([1, 2], [1, 2], [1, 2])
    await assertRefused(ask(two, 2), 'QuorumPowerMissing')
    const unsigned = await callFor([1, 2, 3], [5, 2, 1], [5, 2, 1])
    await assertRefused(ask(unsigned), 'CertificateOracleInactive')
    const listed = { ...call, oracles: call.oracles.with(1, operator(4)) }
    await assertRefused(ask(listed), 'CertificateOracleInactive')
    await assertRefused(ask({ ...call, signers: 0b10_0000_0110n }), 'CertificateOracleUnlisted')
    await assertRefused(ask({ ...call, signers: 0n }, 0), 'CertificateQuorumMissing')
  })
})

const packedQuorumErrors = packedQuorumVerifierAbi.filter(({ type }) => type === 'error')

const NETWORK_PROOF = {
  type: 'tuple',
  components: [
    { name: 'turns', type: 'uint256' },
    { name: 'path', type: 'bytes32[]' },
    { name: 'proof', type: 'bytes' },
    { name: 'places', type: 'uint8[]' },
  ],
} as const

it('gas stays as recorded', async () => {
  await connect()
  const figures: Record<string, number> = {}
  for (const size of SIZES) {
    const set = await createSet(size)
    const count = quorumOf(size)
    const places = Array.from({ length: count }, (_, index) => size - 1 - index)
    for (const kind of ['packed', 'bls'] as const) {
      const proof = await prove(set, kind, places)
      const data = encodeFunctionData(callOf(proof, count))
      figures[`quorum.${kind}.${size}`] = await gasOf(set.verifiers[kind], data)
    }
    figures[`quorum.separate.${size}`] = await separate(size, count)
  }
  await assertGas('quorum', figures)
})

/**
 * The verifier that reads each oracle from the registry and takes a signature of each over one
 * certificate.
 */
async function separate(size: number, count: number): Promise<number> {
  const { viem, networkHelpers } = await network.create()
  const [admin] = await viem.getWalletClients()
  assert.ok(admin)
  const create = async (name: keyof typeof abis, args: readonly unknown[]) => {
    const hash = await admin.sendTransaction({ data: deployDataOf(name, args) })
    const receipt = await (await viem.getPublicClient()).waitForTransactionReceipt({ hash })
    return receipt.contractAddress as Address
  }
  const manager = await create('accessManager', [admin.account.address])
  const registry = await create('oracleRegistry', [manager, await create('oraclePower', [])])
  const verifier = await create('certificateVerifier', [registry])
  const contract = { address: registry, abi: oracleRegistryAbi } as const
  const measurement = root
  const members = oracles.slice(0, size)
  for (const { account } of members) {
    await networkHelpers.impersonateAccount(account.address)
    await networkHelpers.setBalance(account.address, 10n ** 20n)
    const operator = await viem.getWalletClient(account.address)
    const registration = {
      endpoint: 'https://oracle.example',
      signer: account.address,
      encryptionKey: root,
      measurement,
      commissionBps: 500,
      commissionCapBps: 2000,
      maximumChangeBps: 100,
    }
    const domain = registryDomain(await client.getChainId(), registry)
    const possession = await provePossession(account, account.address, domain)
    const own = [registration, possession] as const
    await operator.writeContract({ ...contract, functionName: 'register', args: own })
    const args = [account.address, measurement] as const
    await admin.writeContract({ ...contract, functionName: 'admit', args })
  }
  const signatures: Hex[] = []
  for (const { account } of members.slice(0, count)) {
    signatures.push(compact(await account.sign({ hash: root })))
  }
  const addresses = members.map(({ account }) => account.address)
  const data = encodeFunctionData({
    abi: certificateVerifierAbi,
    functionName: 'verify',
    args: [root, addresses, count, 2n ** BigInt(count) - 1n, concatHex(signatures)],
  })
  const hash = await admin.sendTransaction({ to: verifier, data })
  const publicClient = await viem.getPublicClient()
  const receipt = await publicClient.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success')
  return Number(receipt.gasUsed)
}
