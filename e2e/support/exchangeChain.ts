import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { deploy } from '@ambrosia/chain/deploy'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount, MNEMONIC } from '@ambrosia/devnet/accounts'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Consent from '@ambrosia/exchange/Consent'
import * as Deal from '@ambrosia/exchange/Deal'
import { type Domain, dealBookDomain } from '@ambrosia/exchange/messages/Message'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import { type Chain, createChain } from '@ambrosia/sdk/Chain'
import {
  createPublicClient,
  createWalletClient,
  type Hex,
  http,
  keccak256,
  type LocalAccount,
  stringToHex,
  zeroAddress,
} from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'

export const hash = (label: string): Hex => keccak256(stringToHex(label))
export const PRICE = 5n * 10n ** 18n

/** A chain with the contracts, three admitted oracles and one deal: settlement without services. */
export type ExchangeChain = Awaited<ReturnType<typeof startExchange>>

export async function startExchange(
  options: { maximumRecords?: number; intervalSec?: number } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-chain-'))
  const anvil = await Anvil.start({ port: 0, logFile: join(folder, 'chain.log') })
  const transport = http(anvil.url)
  const publicClient = createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 })
  const consumer = developmentAccount('consumer')
  const relayer = developmentAccount('relayer')
  const deployer = developmentAccount('deployer')
  const contracts = await deploy({
    walletClient: createWalletClient({ account: deployer, transport }) as never,
    publicClient,
    artifacts: await loadArtifacts(),
    development: true,
    tokenHolder: consumer.address,
  })
  const chain: Chain = createChain({ chainId: Anvil.CHAIN_ID, rpcUrl: anvil.url, contracts })
  const domain = dealBookDomain(Anvil.CHAIN_ID, contracts.dealBook)
  const oracles = [3, 4, 5].map((addressIndex) => ({
    operator: mnemonicToAccount(MNEMONIC, { addressIndex }),
    signer: privateKeyToAccount(hash(`signer ${addressIndex}`)),
  }))
  for (const { operator, signer } of oracles) {
    const registration = {
      endpoint: 'http://127.0.0.1:1',
      signer: signer.address,
      encryptionKey: hash(`key of ${operator.address}`),
      measurement: hash('measurement'),
      commissionBps: 500,
      commissionCapBps: 1000,
      maximumChangeBps: 100,
    }
    const registry = { address: contracts.oracleRegistry, abi: oracleRegistryAbi }
    await chain.send(operator, { ...registry, functionName: 'register', args: [registration] })
    await chain.send(deployer, {
      ...registry,
      functionName: 'admit',
      args: [operator.address, hash('measurement')],
    })
  }
  await chain.send(consumer, {
    address: contracts.medToken,
    abi: medTokenAbi,
    functionName: 'approve',
    args: [contracts.dealBook, 2n ** 200n],
  })
  const now = async (): Promise<bigint> => (await publicClient.getBlock()).timestamp
  const createdAt = await now()
  const terms: Deal.DealTerms = {
    consumer: consumer.address,
    token: contracts.medToken,
    criteriaHash: hash('criteria'),
    agreementHash: hash('agreement'),
    purpose: Deal.purposeHash('DUO:0000042'),
    tiers: [
      { minimumScore: 50, price: 3n * 10n ** 18n },
      { minimumScore: 80, price: PRICE },
    ],
    maximumRecords: options.maximumRecords ?? 10,
    perPersonCap: 1,
    commissionCapBps: 500,
    certificateLife: 3600,
    deliveryWindow: 86_400,
    retentionEnd: createdAt + 10_000_000n,
    verifier: contracts.certificateVerifier,
    oracles: oracles.map(({ operator }) => operator.address),
    quorum: 2,
    stores: [consumer.address],
    validatorHash: hash('validator'),
    expiry: createdAt + 1_000_000n,
  }
  const salt = hash('salt')
  const dealId = Deal.dealId({ chainId: Anvil.CHAIN_ID, dealBook: contracts.dealBook, salt, terms })
  const openDeal = () =>
    chain.send(consumer, {
      address: contracts.dealBook,
      abi: dealBookAbi,
      functionName: 'createDeal',
      args: [terms, salt, Deal.minimumBudget(terms)],
    })
  return {
    chain,
    contracts,
    domain,
    oracles,
    terms,
    salt,
    dealId,
    consumer,
    relayer,
    deployer,
    now,
    openDeal,
    stop: async () => {
      await anvil.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Parts of a settlement that a test changes before it is signed. */
export type Change = {
  certificate?: Partial<Certificate.Certificate>
  consent?: Partial<Consent.Consent>
  signers?: number[]
  domain?: Domain
  relayerFee?: bigint
}

/** A settlement of a fresh provider, signed by oracles and provider after the changes. */
export async function makeSettlement(
  exchange: ExchangeChain,
  change: Change = {},
  provider: LocalAccount = privateKeyToAccount(generatePrivateKey()),
): Promise<{ settlement: Settlement; provider: LocalAccount }> {
  const { terms, dealId } = exchange
  const domain = change.domain ?? exchange.domain
  const asOf = change.certificate?.asOf ?? (await exchange.now())
  const certificate: Certificate.Certificate = {
    dealId,
    provider: provider.address,
    manifestHash: hash(`manifest ${provider.address}`),
    personTag: hash(`person ${provider.address}`),
    recordTag: hash(`record ${provider.address}`),
    score: 90,
    asOf,
    validUntil: asOf + BigInt(terms.certificateLife),
    validatorHash: terms.validatorHash,
    statusListsRoot: hash('status lists'),
    receiptHash: hash('receipt'),
    ...change.certificate,
  }
  const consent: Consent.Consent = {
    dealId,
    certificateHash: Certificate.hash(certificate, exchange.domain),
    consumer: terms.consumer,
    agreementHash: terms.agreementHash,
    answersHash: hash('answers'),
    purpose: terms.purpose,
    token: terms.token,
    minimumNet: 1n,
    payout: provider.address,
    relayer: zeroAddress,
    maximumRelayerFee: 10n ** 18n,
    signedUntil: certificate.validUntil,
    consentUntil: terms.retentionEnd,
    ...change.consent,
  }
  const signers = change.signers ?? [0, 1, 2]
  const oracleSignatures = await Promise.all(
    signers.map(async (index) => ({
      index,
      signature: await (exchange.oracles[index] ?? exchange.oracles[0])!.signer.signTypedData(
        Certificate.toTypedData(certificate, domain),
      ),
    })),
  )
  const consentSignature = await provider.signTypedData(Consent.toTypedData(consent, domain))
  return {
    provider,
    settlement: {
      certificate,
      oracleSignatures,
      consent,
      consentSignature,
      relayerFee: change.relayerFee ?? 0n,
    },
  }
}
