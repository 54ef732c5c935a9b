import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Network } from '@ambrosia/devnet/Network'
import { giveEther } from '@ambrosia/devnet/start/giveEther'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { createSubmission } from '@ambrosia/exchange/offer/createSubmission'
import type { SignedPermission } from '@ambrosia/exchange/permission/SignedPermission'
import { provePossession, registryDomain } from '@ambrosia/exchange/quorum/SigningKey'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import { type Settlement, toSettlement } from '@ambrosia/exchange/Settlement'
import type { SubmissionBody } from '@ambrosia/exchange/SubmissionBody'
import { toHex } from '@ambrosia/primitives/Bytes'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import {
  certifyOffer,
  type Offering,
  prepareOffer,
  type SealedForDeal,
  viewOf,
} from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createOffering, type Ground, openTestDeal, prepareGround } from '../support/offering.ts'

/** An oracle whose keys an adversary holds: admitted like the others, and named by the deal. */
export type OwnOracle = {
  operator: ReturnType<typeof privateKeyToAccount>
  signer: ReturnType<typeof privateKeyToAccount>
  pair: Envelope.KeyPair
}

/** A network with an honest sale under way, from which adversaries deviate. */
export type Scene = Awaited<ReturnType<typeof prepareScene>>

export async function prepareScene(network: Network) {
  const store = storeOf(network, fetch)
  const own = await admitOwnOracle(network)
  const ground: Ground = await prepareGround(network, store)
  const operators = [...network.operators, own.operator.address]
  const named = { ...ground, network: { ...network, operators } }
  const deal = await openTestDeal(named, { maximumRecords: 5 })
  const offering = await createOffering(ground, deal, 11)
  const sealed = await prepareOffer(offering)
  const permission = await permitCheck({ offering, sealed })
  // The oracle of the adversary answers nobody: the honest ones are a quorum.
  const certified = await certifyOffer(offering, sealed, permission)
  const domain = dealBookDomain(network.chain.chainId, network.chain.contracts.dealBook)
  const body = await bodyFor(network.operators[0] as Hex, { offering, sealed, permission, store })
  const signed = await ground.consent(offering, certified)
  const settlement = toSettlement(deal.terms, certified, signed)
  return {
    network,
    store,
    own,
    ground,
    deal,
    offering,
    sealed,
    permission,
    certified,
    domain,
    body,
    settlement,
  }
}

export function storeOf(network: Network, by: typeof fetch): StoreClient {
  const { chainId, services } = network.file
  const wait = (ms: number) => pause(ms)
  return createStoreClient({ url: services.store, chainId, fetch: by, now: Date.now, pause: wait })
}

type Submitting = {
  offering: Offering
  sealed: SealedForDeal
  permission: SignedPermission
  store: StoreClient
}

/** A sound submission for one oracle, which nobody has sent yet. */
async function bodyFor(oracle: Hex, submitting: Submitting): Promise<SubmissionBody> {
  const { offering, sealed, permission, store } = submitting
  const { offer, selected } = sealed
  const { receipt, signature } = await store.upload(offering.account, {
    dealId: offering.deal.dealId,
    manifestHash: offer.manifestHash,
    contentAddress: offer.contentAddress,
    sealed: offer.sealed,
    permission,
  })
  return await createSubmission({
    ...offering,
    selected,
    offer,
    deal: viewOf(offering.chain, offering.deal),
    permission,
    receipt,
    receiptSignature: signature,
    oracle,
    asOfSec: BigInt(Math.floor(Date.now() / 1000)),
  })
}

/** Registers and admits an oracle of the adversary's own. */
async function admitOwnOracle({ chain, file }: Network): Promise<OwnOracle> {
  const [operator, signer] = [0, 1].map(() => privateKeyToAccount(generatePrivateKey())) as [
    OwnOracle['operator'],
    OwnOracle['signer'],
  ]
  const pair = await Envelope.createKeyPair()
  await giveEther(chain, operator.address)
  const registry = { address: chain.contracts.oracleRegistry, abi: oracleRegistryAbi } as const
  const measurement: Hex = `0x${'11'.repeat(32)}`
  const registration = {
    endpoint: `${new URL(file.services.store).origin.replace(/\d+$/, '9')}`,
    signer: signer.address,
    encryptionKey: toHex(pair.publicKey),
    measurement,
    commissionBps: 500,
    commissionCapBps: 1000,
    maximumChangeBps: 100,
  }
  const domain = registryDomain(chain.chainId, chain.contracts.oracleRegistry)
  const possession = await provePossession(signer, operator.address, domain)
  const args = [registration, possession] as const
  await chain.send(operator, { ...registry, functionName: 'register', args })
  const admitted = [operator.address, measurement] as const
  const deployer = developmentAccount('deployer')
  await chain.send(deployer, { ...registry, functionName: 'admit', args: admitted })
  return { operator, signer, pair }
}

/** Settles the honest sale. */
export async function settleHonestly(
  scene: Pick<Scene, 'network' | 'deal' | 'settlement'>,
): Promise<{ recordId: Hex; record: SettledRecord }> {
  const { settled } = await settle({
    chain: scene.network.chain,
    relayer: developmentAccount('relayer'),
    deal: scene.deal as OpenedDeal,
    settlements: [scene.settlement as Settlement],
    strict: true,
  })
  const [sold] = settled
  if (sold === undefined) throw new Error('the honest sale was not settled')
  return sold
}
