// One deployed exchange for node:test, with messages signed by viem: the other side of what the
// Solidity tests sign with cheat codes.

import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { deploy } from '@ambrosia/chain/deploy/deploy'
import { deployedDomains } from '@ambrosia/chain/deploy/Plan'
import { network } from '@ambrosia/chain/testing/network'
import { type Address, type Hex, keccak256, parseEther, type TypedDataDomain, toHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { provePossession, registryDomain } from '../quorum/SigningKey.ts'
import { types } from './messageTypes.ts'

export const salt: Hex = toHex(77n, { size: 32 })
const key = (index: number) => toHex(BigInt(index), { size: 32 })

export type Terms = ReturnType<typeof termsFrom>
export type Exchange = Awaited<ReturnType<typeof createExchange>>
type Connection = Awaited<ReturnType<typeof network.create>>
type Wallet = Awaited<ReturnType<Connection['viem']['getWalletClients']>>[number]

/** Deploys with `deploy`, admits three oracles of 5 % commission and funds a consumer. */
export async function createExchange(
  options: { development?: boolean; hardfork?: 'prague' | 'osaka' } = {},
) {
  const { hardfork = 'prague' } = options
  const connection = await network.create({ override: { hardfork } })
  const { viem, networkHelpers } = connection
  const publicClient = await viem.getPublicClient()
  const [deployer, consumer, relayer, ...others] = await viem.getWalletClients()
  const operators = others.slice(0, 3)
  const artifacts = await loadArtifacts({ domains: deployedDomains })
  const addresses = await deploy({
    client: publicClient,
    account: deployer!.account,
    artifacts,
    development: options.development ?? false,
  })
  const signers = operators.map((_, index) => privateKeyToAccount(key(0x2000 + index)))
  for (const [index, operator] of operators.entries()) {
    const signer = signers[index]!
    await admit(addresses.oracleRegistry, { index, operator, deployer: deployer!, signer })
  }
  await deployer!.writeContract({
    address: addresses.medToken,
    abi: medTokenAbi,
    functionName: 'transfer',
    args: [consumer!.account.address, parseEther('1000000')],
  })
  await consumer!.writeContract({
    address: addresses.medToken,
    abi: medTokenAbi,
    functionName: 'approve',
    args: [addresses.dealBook, 2n ** 256n - 1n],
  })
  const domain = {
    name: 'DealBook',
    version: '1',
    chainId: await publicClient.getChainId(),
    verifyingContract: addresses.dealBook,
  } as const satisfies TypedDataDomain
  return {
    connection,
    networkHelpers,
    publicClient,
    artifacts,
    addresses,
    deployer: deployer!,
    consumer: consumer!,
    relayer: relayer!,
    operators,
    signers,
    domain,
    provider: (index: number) => privateKeyToAccount(key(0x5000 + index)),
  }
}

/** Registers an oracle of 5 % commission and lets it in. */
async function admit(
  oracleRegistry: Address,
  oracle: { index: number; operator: Wallet; deployer: Wallet; signer: PrivateKeyAccount },
): Promise<void> {
  const { index, operator, deployer, signer } = oracle
  const measurement = keccak256(toHex('measurement'))
  const domain = registryDomain(await operator.getChainId(), oracleRegistry)
  const possession = await provePossession(signer, operator.account.address, domain)
  await operator.writeContract({
    address: oracleRegistry,
    abi: oracleRegistryAbi,
    functionName: 'register',
    args: [
      {
        endpoint: `https://oracle-${index}.example`,
        signer: signer.address,
        encryptionKey: key(0x3000 + index),
        measurement,
        commissionBps: 500,
        commissionCapBps: 2000,
        maximumChangeBps: 100,
      },
      possession,
    ],
  })
  await deployer.writeContract({
    address: oracleRegistry,
    abi: oracleRegistryAbi,
    functionName: 'admit',
    args: [operator.account.address, measurement],
  })
}

/** Terms of a deal for as many records as given, one a person. */
export function termsFrom(exchange: Exchange, now: bigint, maximumRecords: number) {
  return {
    consumer: exchange.consumer.account.address as Address,
    token: exchange.addresses.medToken,
    criteriaHash: keccak256(toHex('criteria')),
    agreementHash: keccak256(toHex('agreement')),
    purpose: keccak256(toHex('DUO:0000007')),
    tiers: [{ minimumScore: 50, price: parseEther('5') }],
    maximumRecords,
    perPersonCap: 1,
    commissionCapBps: 1000,
    certificateLife: 1800,
    deliveryWindow: 86_400,
    retentionEnd: now + 365n * 86_400n,
    verifier: exchange.addresses.certificateVerifier,
    oracles: exchange.operators.map((operator) => operator.account.address as Address),
    quorum: 2,
    stores: ['0x0000000000000000000000000000000000005709'] as Address[],
    validatorHash: keccak256(toHex('validator')),
    expiry: now + 30n * 86_400n,
  }
}

/** A settlement by provider `index`, signed by them and by the oracles named. */
export async function sale(
  exchange: Exchange,
  terms: Terms,
  dealId: Hex,
  index: number,
  signedBy: readonly number[] = [0, 1, 2],
) {
  const provider = exchange.provider(index)
  const asOf = BigInt(await exchange.networkHelpers.time.latest())
  const unique = (what: string) => keccak256(toHex(`${what} ${index}`))
  const certificate = {
    dealId,
    provider: provider.address,
    manifestHash: unique('manifest'),
    personTag: unique('person'),
    recordTag: unique('record'),
    score: 87,
    asOf,
    validUntil: asOf + BigInt(terms.certificateLife),
    validatorHash: terms.validatorHash,
    statusListsRoot: unique('status'),
    receiptHash: unique('receipt'),
  }
  const certificateHash = await exchange.publicClient.readContract({
    address: exchange.addresses.dealBook,
    abi: dealBookAbi,
    functionName: 'hashCertificate',
    args: [certificate],
  })
  const consent = {
    dealId,
    certificateHash,
    consumer: terms.consumer,
    agreementHash: terms.agreementHash,
    answersHash: unique('answers'),
    purpose: terms.purpose,
    token: terms.token,
    minimumNet: parseEther('4'),
    payout: provider.address,
    relayer: exchange.relayer.account.address as Address,
    maximumRelayerFee: 0n,
    signedUntil: asOf + 3600n,
    consentUntil: asOf + 180n * 86_400n,
  }
  const { domain } = exchange
  const oracleSignatures = await Promise.all(
    signedBy.map(async (oracle) => ({
      index: oracle,
      signature: await exchange.signers[oracle]!.signTypedData({
        domain,
        types,
        primaryType: 'Certificate',
        message: certificate,
      }),
    })),
  )
  const consentSignature = await provider.signTypedData({
    domain,
    types,
    primaryType: 'Consent',
    message: consent,
  })
  return { certificate, oracleSignatures, consent, consentSignature, relayerFee: 0n }
}
