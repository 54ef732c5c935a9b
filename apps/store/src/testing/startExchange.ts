import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { deploy } from '@ambrosia/chain/deploy'
import { type Ending, startAnvil } from '@ambrosia/chain/testing/startAnvil'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Consent from '@ambrosia/exchange/Consent'
import { type DealTerms, dealId as dealIdOf, recordId as recordIdOf } from '@ambrosia/exchange/Deal'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import * as Chain from '@ambrosia/service/Chain'
import {
  type Address,
  createTestClient,
  createWalletClient,
  http,
  parseEventLogs,
  zeroAddress,
} from 'viem'
import { mnemonicToAccount, type PrivateKeyAccount } from 'viem/accounts'
import { newAccount, word } from './startStore.ts'

const MNEMONIC = 'test test test test test test test test test test test junk'
const admin = mnemonicToAccount(MNEMONIC)
const consumer = mnemonicToAccount(MNEMONIC, { addressIndex: 1 })
const operator = mnemonicToAccount(MNEMONIC, { addressIndex: 3 })

/** A chain with the real contracts, one admitted oracle, and ways to open deals and settle records. */
export async function startExchange(t: Ending) {
  const rpcUrl = await startAnvil(t)
  const client = await Chain.connect({ rpcUrl, chainId: 31337, pollMs: 20 })
  const walletOf = (account: typeof admin) =>
    createWalletClient({ account, transport: http(rpcUrl) })
  const contracts = await deploy({
    walletClient: walletOf(admin) as never,
    publicClient: client,
    artifacts: await loadArtifacts(),
    development: true,
    tokenHolder: consumer.address,
  })
  const call = async (account: typeof admin, request: object) => {
    const wallet = walletOf(account)
    const hash = await wallet.writeContract({ chain: null, ...request } as never)
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error('a transaction of the test was reverted')
    return receipt
  }
  const signer = newAccount()
  const registration = {
    endpoint: 'https://oracle.example',
    signer: signer.address,
    encryptionKey: word(1),
    measurement: word(2),
    commissionBps: 100,
    commissionCapBps: 500,
    maximumChangeBps: 100,
  }
  const registry = { address: contracts.oracleRegistry, abi: oracleRegistryAbi }
  await call(operator, { ...registry, functionName: 'register', args: [registration] })
  const admitted = [operator.address, registration.measurement]
  await call(admin, { ...registry, functionName: 'admit', args: admitted })
  const domain = dealBookDomain(31337, contracts.dealBook)
  const dealBook = { address: contracts.dealBook, abi: dealBookAbi }

  /** Opens a deal that names the store. */
  const openDeal = async (store: Address, changes: Partial<DealTerms> = {}) => {
    const { timestamp } = await client.getBlock()
    const terms: DealTerms = {
      consumer: consumer.address,
      token: contracts.medToken,
      criteriaHash: word(1),
      agreementHash: word(2),
      purpose: word(3),
      tiers: [{ minimumScore: 50, price: 1000n }],
      maximumRecords: 5,
      perPersonCap: 1,
      commissionCapBps: 500,
      certificateLife: 600,
      deliveryWindow: 3600,
      retentionEnd: timestamp + 1_000_000n,
      verifier: contracts.certificateVerifier,
      oracles: [operator.address],
      quorum: 1,
      stores: [store],
      validatorHash: word(2),
      expiry: timestamp + 100_000n,
      ...changes,
    }
    const salt = toHex(random(32))
    const approve = { address: contracts.medToken, abi: medTokenAbi, functionName: 'approve' }
    await call(consumer, { ...approve, args: [contracts.dealBook, 5000n] })
    await call(consumer, { ...dealBook, functionName: 'createDeal', args: [terms, salt, 5000n] })
    const dealId = dealIdOf({ chainId: 31337, dealBook: contracts.dealBook, salt, terms })
    return { terms, salt, dealId }
  }
  type Deal = Awaited<ReturnType<typeof openDeal>>

  /** Settles a record of a manifest under the provider's consent. */
  const settle = async (deal: Deal, provider: PrivateKeyAccount, manifestHash: Hex) => {
    const { terms, salt, dealId } = deal
    const asOf = (await client.getBlock()).timestamp
    const certificate: Certificate.Certificate = {
      dealId,
      provider: provider.address,
      manifestHash,
      personTag: manifestHash,
      recordTag: manifestHash,
      score: 80,
      asOf,
      validUntil: asOf + 600n,
      validatorHash: terms.validatorHash,
      statusListsRoot: word(7),
      receiptHash: word(8),
    }
    const consent: Consent.Consent = {
      dealId,
      certificateHash: Certificate.hash(certificate, domain),
      consumer: terms.consumer,
      agreementHash: terms.agreementHash,
      answersHash: word(9),
      purpose: terms.purpose,
      token: terms.token,
      minimumNet: 1n,
      payout: provider.address,
      relayer: zeroAddress,
      maximumRelayerFee: 0n,
      signedUntil: asOf + 600n,
      consentUntil: asOf + 900_000n,
    }
    const signature = await signer.signTypedData(Certificate.toTypedData(certificate, domain))
    const settlement = {
      certificate,
      oracleSignatures: [{ index: 0, signature }],
      consent,
      consentSignature: await provider.signTypedData(Consent.toTypedData(consent, domain)),
      relayerFee: 0n,
    }
    const args = [terms, salt, [settlement], true]
    const { logs } = await call(admin, { ...dealBook, functionName: 'settle', args })
    const [settled] = parseEventLogs({ abi: dealBookAbi, logs, eventName: 'RecordSettled' })
    if (!settled) throw new Error('nothing was settled')
    return { recordId: recordIdOf(dealId, manifestHash), record: settled.args.record }
  }
  const test = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
  return {
    rpcUrl,
    client,
    contracts,
    domain,
    operator,
    signer,
    consumer,
    call,
    dealBook,
    openDeal,
    settle,
    test,
  }
}
