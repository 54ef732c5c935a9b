// Gas of what users of the exchange pay for. Keys, clock and order are fixed, so figures repeat to
// the unit.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { recordOf } from '@ambrosia/chain/read/recordOf'
import { assertGas } from '@ambrosia/chain/testing/assertGas'
import { type Hex, parseEther, sha256, stringToHex } from 'viem'
import * as CertificateBatch from './CertificateBatch.ts'
import { pack, packAlone, packCertification } from './PackedSettlement.ts'
import { batchCertificates } from './quorum/CertificateBatch.ts'
import { bondPart } from './SettledRecord.ts'
import type { Settlement } from './Settlement.ts'
import {
  createExchange,
  type Exchange,
  sale,
  salt,
  type Terms,
  termsFrom,
} from './testing/exchangeOnChain.ts'
import { types } from './testing/messageTypes.ts'

async function gasOf(exchange: Exchange, hash: Hex): Promise<number> {
  const receipt = await exchange.publicClient.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success')
  return Number(receipt.gasUsed)
}

/**
 * Signed times are calldata, whose gas depends on its bytes: the clock is set before anything is
 * signed.
 */
async function setClock(exchange: Exchange, hour: number): Promise<void> {
  await exchange.networkHelpers.time.increaseTo(Date.UTC(2031, 0, 1, hour) / 1000)
}

async function openDeal(exchange: Exchange, maximumRecords: number) {
  await setClock(exchange, 0)
  const now = BigInt(await exchange.networkHelpers.time.latest())
  const terms = termsFrom(exchange, now, maximumRecords)
  const budget = parseEther('5') * BigInt(maximumRecords)
  const contract = { address: exchange.addresses.dealBook, abi: dealBookAbi } as const
  const hash = await exchange.consumer.writeContract({
    ...contract,
    functionName: 'createDeal',
    args: [terms, salt, budget],
  })
  const dealId = await exchange.publicClient.readContract({
    ...contract,
    functionName: 'dealIdOf',
    args: [terms, salt],
  })
  return { terms, dealId, gas: await gasOf(exchange, hash) }
}

/** One signature of each oracle over the root of all certificates. */
async function certificationOf(
  exchange: Exchange,
  sales: readonly Settlement[],
  signedBy: readonly number[],
): Promise<Hex> {
  const hashes = sales.map(({ consent }) => consent.certificateHash)
  const { root } = batchCertificates(hashes)
  const typed = CertificateBatch.toTypedData({ root }, exchange.domain)
  const signatures = []
  for (const index of signedBy) {
    const signature = await exchange.signers[index]!.signTypedData(typed as never)
    signatures.push({ index, signature })
  }
  return packCertification(signatures)
}

/** The longest envelope that the chain takes, and one as they are. */
const KEY_IDS = { usual: 'did:ambrosia:1:'.padEnd(61, '0'), longest: 'k'.repeat(256) }

function envelopeOf(keyId: string, epoch: string): Hex {
  const [enc, wrapped] = ['A'.repeat(43), 'A'.repeat(64)]
  return stringToHex(`{"enc":"${enc}","epoch":${epoch},"keyId":"${keyId}","wrapped":"${wrapped}"}`)
}

/** What a claim of a delivery costs, and the answer of an oracle: with an envelope, or without. */
async function deliveryFigures(exchange: Exchange, terms: Terms, dealId: Hex) {
  const { publicClient, consumer, operators, addresses, domain } = exchange
  const contract = { address: addresses.dealBook, abi: dealBookAbi } as const
  const logs = await publicClient.getContractEvents({
    ...contract,
    eventName: 'RecordSettled',
    args: { dealId },
    fromBlock: 0n,
    strict: true,
  })
  const { args: event } = logs.at(-1) ?? assert.fail()
  const record = recordOf(event, terms)
  const permit = { value: 0n, deadline: 0n, v: 0, r: ZERO, s: ZERO }
  const claimed = { ...contract, functionName: 'claimDelivery', args: [record, permit] } as const
  const figures: Record<string, number> = {}
  figures['delivery.claim'] = await gasOf(exchange, await consumer.writeContract(claimed))
  const answers: [string, Hex, Hex][] = [
    ['usual', stringToHex('the key', { size: 32 }), envelopeOf(KEY_IDS.usual, '0')],
    ['longest', stringToHex('the key', { size: 32 }), envelopeOf(KEY_IDS.longest, '9'.repeat(16))],
    ['noKey', ZERO, '0x'],
  ]
  for (const [index, [name, consumerKeyHash, envelope]] of answers.entries()) {
    const operator = operators[index] ?? assert.fail()
    const blockNumber = await publicClient.getBlockNumber()
    const envelopeHash = sha256(envelope)
    const message = { recordId: event.recordId, consumerKeyHash, envelopeHash, blockNumber }
    const signature = await operator.signTypedData({
      domain,
      types,
      primaryType: 'Release',
      message,
    })
    const answer = { consumerKeyHash, blockNumber, envelope, signature }
    const posted = { ...contract, functionName: 'postDelivery', args: [record, answer] } as const
    figures[`delivery.answer.${name}`] = await gasOf(exchange, await operator.writeContract(posted))
  }
  return figures
}

const ZERO = `0x${'0'.repeat(64)}` as const
/** What the first balance of an account costs more than a later one (EIP-2200). */
const FIRST_BALANCE = 17_100

/**
 * A claim's bond pays for the dearest answer wherever a relayer's highest fee, a tenth of the
 * price, pays for the cheapest settlement; of accounts that hold tokens already.
 */
function assertAnswersArePaid(figures: Record<string, number>) {
  const settlement = figures['settle.50.batch.perRecord']! - FIRST_BALANCE
  const answer = figures['delivery.answer.longest']! - FIRST_BALANCE
  const price = 7_000_000n
  const part = Number(bondPart({ price }))
  assert.ok((answer * Number(price)) / part <= 10 * settlement, `${answer} for ${settlement}`)
}

it('gas stays as recorded', async () => {
  const figures: Record<string, number> = {}
  const exchange = await createExchange()
  const { relayer, addresses } = exchange
  const { terms, dealId, gas } = await openDeal(exchange, 203)
  figures['deal.create'] = gas

  let hour = 0
  /** `batch`: the oracles sign one root in place of each certificate. */
  const settle = async (indexes: number[], signedBy = [0, 1, 2], batch = false) => {
    hour += 1
    await setClock(exchange, hour)
    const sales: Settlement[] = []
    for (const index of indexes) sales.push(await sale(exchange, terms, dealId, index, signedBy))
    const settlements = sales.map(batch ? packAlone : pack)
    const certification = batch ? await certificationOf(exchange, sales, signedBy) : '0x'
    const hash = await relayer.writeContract({
      address: addresses.dealBook,
      abi: dealBookAbi,
      functionName: 'settle',
      args: [terms, salt, settlements, certification, true],
    })
    return await gasOf(exchange, hash)
  }
  const fifty = (from: number) => [...Array(50).keys()].map((index) => from + index)
  // Each payout account is fresh: its first balance costs 17,000 gas more than a later one.
  figures['settle.one'] = await settle([0])
  figures['settle.one.quorum'] = await settle([1], [0, 2])
  figures['settle.50.perRecord'] = Math.ceil((await settle(fifty(2))) / 50)
  figures['settle.50.quorum.perRecord'] = Math.ceil((await settle(fifty(52), [0, 2])) / 50)
  figures['settle.50.batch.perRecord'] = Math.ceil((await settle(fifty(102), [0, 1, 2], true)) / 50)

  Object.assign(figures, await deliveryFigures(exchange, terms, dealId))

  await assertGas('exchange', figures)
  assertAnswersArePaid(figures)
})
