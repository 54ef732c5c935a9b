import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { consentBookAbi, dealBookAbi, dealStates } from '@ambrosia/chain/abi/exchange'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { enumName } from '@ambrosia/chain/read/enumName'
import * as Anvil from '@ambrosia/devnet/Anvil'
import * as Consent from '@ambrosia/exchange/Consent'
import { checkSettlement } from '@ambrosia/exchange/checks/checkSettlement'
import { SETTLEMENT_CODES, type SettlementContext } from '@ambrosia/exchange/checks/context'
import * as Deal from '@ambrosia/exchange/Deal'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { pack } from '@ambrosia/exchange/PackedSettlement'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import { changeDeal } from '@ambrosia/sdk/consumer/changeDeal'
import { cancelConsent } from '@ambrosia/sdk/provider/revokeConsent'
import { settle } from '@ambrosia/sdk/relay/settle'
import { endOfSuite } from '@ambrosia/testing/defer'
import { type Change, makeSettlement as settlementOf } from '@ambrosia/testing/makeSettlement'
import { type Exchange, PRICE, startExchange, type TestDeal } from '@ambrosia/testing/startExchange'
import { hash } from '@ambrosia/testing/values'
import { type Address, type LocalAccount, toFunctionSelector, zeroAddress } from 'viem'

/** The contract's verdict on a settlement, as the name of its error. */
async function judge(
  exchange: Exchange,
  { terms, salt }: TestDeal,
  settlement: Settlement,
  relayer: Address,
): Promise<string | undefined> {
  const code = await exchange.chain.client.readContract({
    address: exchange.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'judge',
    args: [terms, salt, pack(settlement), relayer],
  })
  if (code === '0x00000000') return undefined
  const error = dealBookAbi.find(
    (item) => item.type === 'error' && toFunctionSelector(signatureOf(item)) === code,
  )
  return error && 'name' in error ? error.name : code
}

function signatureOf(item: { name?: string; inputs?: readonly { type: string }[] }): string {
  return `${item.name}(${(item.inputs ?? []).map((input) => input.type).join(',')})`
}

/** What our checks look at, read from the same chain. */
async function contextOf(
  exchange: Exchange,
  { terms, dealId }: TestDeal,
  settlement: Settlement,
  relayer: Address,
): Promise<SettlementContext> {
  const { chain, contracts } = exchange
  const { client } = chain
  const { certificate, consent } = settlement
  const deal = await client.readContract({
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'dealOf',
    args: [dealId],
  })
  const [isWithdrawn, isRecordSettled, personCount] = await client.readContract({
    address: contracts.consentBook,
    abi: consentBookAbi,
    functionName: 'look',
    args: [
      certificate.provider,
      Consent.hash(consent, exchange.domain),
      dealId,
      certificate.personTag,
      Deal.recordId(dealId, certificate.recordTag),
      terms.perPersonCap,
    ],
  })
  const certifiers = await Promise.all(
    terms.oracles.map(async (oracle) => {
      const [signer, commissionBps] = await client.readContract({
        address: contracts.oracleRegistry,
        abi: oracleRegistryAbi,
        functionName: 'certifierOf',
        args: [oracle],
      })
      return { oracle, signer: signer === zeroAddress ? undefined : signer, commissionBps }
    }),
  )
  return {
    chainId: chain.chainId,
    dealBook: contracts.dealBook,
    dealId,
    terms,
    deal: {
      state: enumName(dealStates, deal.state),
      records: deal.records,
      available: deal.available,
      stoppedAt: BigInt(deal.stoppedAt),
      gapStart: BigInt(deal.gapStart),
      gapEnd: BigInt(deal.gapEnd),
    },
    slots: { isWithdrawn, isRecordSettled, personCount },
    certifiers,
    settlement,
    relayer,
    blockTime: await exchange.now(),
  }
}

describe('checks mirror settle', () => {
  let exchange: Exchange
  let deal: TestDeal
  const t = endOfSuite()
  const seen = new Set<string>()

  before(async () => {
    exchange = await startExchange(t)
    deal = exchange.dealOf(await exchange.terms({ maximumRecords: 2 }))
    await exchange.openDeal(deal)
  })

  const makeSettlement = (change?: Change, provider?: LocalAccount) =>
    settlementOf(exchange, deal, change, provider)

  async function assertSame(
    settlement: Settlement,
    expected: string | undefined,
    relayer: Address = exchange.relayer.address,
  ) {
    const onChain = await judge(exchange, deal, settlement, relayer)
    const ours = await checkSettlement(await contextOf(exchange, deal, settlement, relayer))
    assert.equal(onChain, expected, 'the contract')
    assert.equal(ours, expected, 'the checks')
    if (expected !== undefined) seen.add(expected)
  }

  it('a sound settlement is refused by neither', async () => {
    await assertSame((await makeSettlement()).settlement, undefined)
  })

  const now = () => BigInt(Math.floor(Date.now() / 1000))
  const cases: [string, () => Change][] = [
    ['DealExpired', () => ({ certificate: { asOf: deal.terms.expiry + 1n } })],
    ['CertificateFromFuture', () => ({ certificate: { asOf: now() + 10_000n } })],
    ['CertificateExpired', () => ({ certificate: { asOf: now() - 7200n } })],
    ['CertificateScoreBelowTiers', () => ({ certificate: { score: 49 } })],
    ['ConsentPayoutInvalid', () => ({ consent: { payout: zeroAddress } })],
    ['ConsentRelayerMismatch', () => ({ consent: { relayer: exchange.deployer.address } })],
    ['ConsentRelayerFeeExceeded', () => ({ consent: { maximumRelayerFee: 1n }, relayerFee: 2n })],
    ['RelayerFeeOverLimit', () => ({ relayerFee: PRICE / 10n + 1n })],
    ['ConsentExpired', () => ({ consent: { signedUntil: 1n } })],
    ['ConsentTooShort', () => ({ consent: { consentUntil: now() + 10n } })],
    ['CertificateQuorumMissing', () => ({ signers: [0] })],
    ['CertificateOracleUnlisted', () => ({ signers: [0, 3] })],
    ['ConsentNetBelowMinimum', () => ({ consent: { minimumNet: PRICE } })],
    ['ConsentSignatureInvalid', () => ({ domain: dealBookDomain(1, exchange.contracts.dealBook) })],
  ]
  for (const [code, change] of cases) {
    it(`refuses ${code}`, async () => {
      const { settlement } = await makeSettlement(change())
      await assertSame(settlement, code)
    })
  }

  it('gives CertificateSignatureInvalid for a certificate changed after it was signed', async () => {
    const { settlement } = await makeSettlement()
    const [first, second] = settlement.oracleSignatures
    assert.ok(first && second)
    const swapped = [
      { index: 0, signature: second.signature },
      { index: 1, signature: first.signature },
    ]
    await assertSame({ ...settlement, oracleSignatures: swapped }, 'CertificateSignatureInvalid')
  })

  // What deal and certificate imply is not sent: whoever signed something else signed nothing.
  it('gives the signature of a message that says otherwise as invalid', async () => {
    const certificates: NonNullable<Change['certificate']>[] = [
      { dealId: hash('another deal') },
      { validatorHash: hash('another') },
      { validUntil: now() + 7200n },
    ]
    for (const certificate of certificates) {
      const { settlement } = await makeSettlement({ certificate })
      await assertSame(settlement, 'ConsentSignatureInvalid')
    }
    const consents: NonNullable<Change['consent']>[] = [
      { dealId: hash('another deal') },
      { certificateHash: hash('another') },
      { consumer: exchange.deployer.address },
      { agreementHash: hash('another') },
      { purpose: hash('another') },
      { token: exchange.contracts.dealBook },
    ]
    for (const consent of consents) {
      const { settlement } = await makeSettlement({ consent })
      await assertSame(settlement, 'ConsentSignatureInvalid')
    }
  })

  it('gives ConsentCancelled, CertificateOracleInactive, DealPaused, RecordTagUsed, PersonTagOverCap, DealFull, DealClosed', async () => {
    const { chain, relayer, consumer, deployer, contracts } = exchange
    const cancelled = await makeSettlement()
    const consentHash = Consent.hash(cancelled.settlement.consent, exchange.domain)
    await cancelConsent({
      chain,
      provider: cancelled.provider,
      relayer,
      consentHash,
      now: Date.now,
    })
    await assertSame(cancelled.settlement, 'ConsentCancelled')

    const sold = await makeSettlement()
    const result = await settle({ chain, relayer, deal, settlements: [sold.settlement] })
    assert.equal(result.settled.length, 1)
    await assertSame(sold.settlement, 'RecordTagUsed')
    const again = await makeSettlement(
      { certificate: { recordTag: hash('other data') } },
      sold.provider,
    )
    await assertSame(again.settlement, 'PersonTagOverCap')

    const open = await makeSettlement()
    const third = exchange.oracles[2]
    assert.ok(third)
    const registry = { address: contracts.oracleRegistry, abi: oracleRegistryAbi }
    await chain.send(deployer, {
      ...registry,
      functionName: 'suspend',
      args: [third.operator.address],
    })
    await assertSame(open.settlement, 'CertificateOracleInactive')

    await changeDeal({ chain, account: consumer, deal, change: 'pause' })
    await Anvil.advanceTime(chain.client, 10)
    await assertSame((await makeSettlement({ signers: [0, 1] })).settlement, 'DealPaused')
    await changeDeal({ chain, account: consumer, deal, change: 'resume' })

    const second = await makeSettlement({ signers: [0, 1] })
    await settle({ chain, relayer, deal, settlements: [second.settlement] })
    await assertSame((await makeSettlement({ signers: [0, 1] })).settlement, 'DealFull')

    const other = exchange.dealOf(deal.terms, hash('another salt'))
    await exchange.openDeal(other)
    await changeDeal({ chain, account: consumer, deal: other, change: 'close' })
    await Anvil.advanceTime(chain.client, 10)
    const late = (await settlementOf(exchange, other, { signers: [0, 1] })).settlement
    assert.equal(await judge(exchange, other, late, relayer.address), 'DealClosed')
    const context = await contextOf(exchange, other, late, relayer.address)
    assert.equal(await checkSettlement(context), 'DealClosed')
    seen.add('DealClosed')
  })

  // Only a sale that was undone leaves a deal short of a price; the contract's half is in
  // contracts/test/exchange/Revoke.t.sol.
  it('refuses what the deal can no longer pay', async () => {
    const other = exchange.dealOf(deal.terms, hash('a deal that is short'))
    await exchange.openDeal(other)
    const { settlement } = await settlementOf(exchange, other, { signers: [0, 1] })
    const context = await contextOf(exchange, other, settlement, exchange.relayer.address)
    assert.equal(await checkSettlement(context), undefined)
    const short = { ...context, deal: { ...context.deal, available: 0n } }
    assert.equal(await checkSettlement(short), 'DealBudgetShort')
    seen.add('DealBudgetShort')
  })

  it('has met every code that the checks know', () => {
    assert.deepEqual(
      [...SETTLEMENT_CODES].filter((code) => !seen.has(code)),
      [],
    )
  })
})
