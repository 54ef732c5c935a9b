import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Consent from '@ambrosia/exchange/Consent'
import type { Domain } from '@ambrosia/exchange/messages/Message'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import { type SettleResult, settle } from '@ambrosia/sdk/relay/settle'
import { type Hex, type LocalAccount, zeroAddress } from 'viem'
import type { Exchange, TestDeal, TestOracle } from './startExchange.ts'
import { hash, newAccount } from './values.ts'

/** Parts of a settlement that a test changes before it is signed. */
export type Change = {
  certificate?: Partial<Certificate.Certificate>
  consent?: Partial<Consent.Consent>
  /** Oracles that sign, by their place in the deal. Default: all three. */
  signers?: number[]
  /** Domain that is signed, in place of the deal book's. */
  domain?: Domain
  relayerFee?: bigint
}

/**
 * A settlement of a deal by a provider that nobody has seen, signed by oracles and provider after
 * the changes.
 */
export async function makeSettlement(
  exchange: Exchange,
  deal: TestDeal,
  change: Change = {},
  provider: LocalAccount = newAccount(),
): Promise<{ settlement: Settlement; provider: LocalAccount }> {
  const { terms, dealId } = deal
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
  const oracleSignatures = await Promise.all(
    (change.signers ?? [0, 1, 2]).map(async (index) => {
      const { signer } = (exchange.oracles[index] ?? exchange.oracles[0]) as TestOracle
      const typed = Certificate.toTypedData(certificate, domain)
      return { index, signature: await signer.signTypedData(typed) }
    }),
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

/** Settles a record of a provider under their consent. */
export async function settleRecord(
  exchange: Exchange,
  deal: TestDeal,
  provider: LocalAccount,
  manifestHash: Hex,
): Promise<SettledRecord> {
  const { settlement } = await makeSettlement(
    exchange,
    deal,
    { certificate: { manifestHash } },
    provider,
  )
  const { chain, relayer } = exchange
  const { settled } = await settle({
    chain,
    relayer,
    deal,
    settlements: [settlement],
    strict: true,
  })
  return settled[0] as SettledRecord
}

/** A record as the contract settled it. */
export type SettledRecord = SettleResult['settled'][number]
