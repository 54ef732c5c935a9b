import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { reach } from '@ambrosia/chain/errors'
import type { DealTerms } from '@ambrosia/exchange/Deal'
import * as Deal from '@ambrosia/exchange/Deal'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import { fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { NO_PERMIT } from '@ambrosia/sdk/signPermit'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type Deviation, otherOf } from './Deviation.ts'
import type { Scene } from './prepareScene.ts'

const stranger = privateKeyToAccount(generatePrivateKey())

/** A consumer who wants to read without paying, or a deal that nobody can be paid by. */
export function consumerDeviations(scene: Scene): Deviation[] {
  return [...documents(scene), ...deals(scene), ...readings(scene)]
}

function documents({ store, deal, ground }: Scene): Deviation[] {
  const criteria = CanonicalJson.encode(deal.criteria)
  const { criteriaHash } = deal.terms
  const by = 'store'
  const message = 'criteria'
  const publish = (
    change: string,
    parts: { hash?: Hex; body?: Uint8Array; dealId?: Hex; signer?: typeof stranger },
  ): Deviation => ({
    message,
    change,
    by,
    attempt: () =>
      store.publish(
        (parts.signer ?? ground.consumer) as typeof stranger,
        parts.dealId ?? deal.dealId,
        parts.hash ?? criteriaHash,
        parts.body ?? criteria,
      ),
  })
  return [
    publish('other bytes than the hash', { body: fromUtf8('{}') }),
    publish('under a hash that the deal does not name', { hash: otherOf(criteriaHash) as Hex }),
    publish('larger than a document', { body: new Uint8Array(70_000).fill(0x20) }),
    {
      ...publish('brought by a stranger', { signer: stranger }),
      harmless: 'the document of its hash, whoever brings it',
    },
  ]
}

/** Deals that the contract refuses to open, term by term. */
function deals({ network, deal, ground }: Scene): Deviation[] {
  const { client, contracts } = network.chain
  const create = (terms: DealTerms, budget: bigint) =>
    reach(() =>
      client.simulateContract({
        account: ground.consumer,
        address: contracts.dealBook,
        abi: dealBookAbi,
        functionName: 'createDeal',
        args: [terms, `0x${'77'.repeat(32)}`, budget],
      }),
    )
  const { terms } = deal
  const open = (change: string, changes: Partial<DealTerms>): Deviation => {
    const changed = { ...terms, ...changes }
    return {
      message: 'DealTerms',
      change,
      by: 'DealBook',
      attempt: () => create(changed, Deal.minimumBudget(changed)),
    }
  }
  const [tier] = terms.tiers as [DealTerms['tiers'][number]]
  return [
    open('consumer another', { consumer: stranger.address }),
    open('a token that is not allowed', { token: stranger.address }),
    open('no tier', { tiers: [] }),
    open('tiers out of order', { tiers: [tier, { ...tier }] }),
    open('a price of nothing', { tiers: [{ ...tier, price: 0n }] }),
    open('no record', { maximumRecords: 0 }),
    open('no person', { perPersonCap: 0 }),
    open('commission above all', { commissionCapBps: 10_001 }),
    open('certificates of no life', { certificateLife: 0 }),
    open('certificates of a year', { certificateLife: 31_536_000 }),
    open('no delivery window', { deliveryWindow: 0 }),
    open('retention that has ended', { retentionEnd: 1n }),
    open('no oracle', { oracles: [] }),
    open('one oracle twice', { oracles: [terms.oracles[0] as Hex, terms.oracles[0] as Hex] }),
    open('a quorum of none', { quorum: 0 }),
    open('a quorum above its oracles', { quorum: 9 }),
    open('no store', { stores: [] }),
    open('expired', { expiry: 1n }),
    {
      message: 'DealTerms',
      change: 'a budget below what it promises',
      by: 'DealBook',
      attempt: () => create(terms, Deal.minimumBudget(terms) - 1n),
    },
  ]
}

function readings({ store, ground, offering, sealed }: Scene): Deviation[] {
  const { contentAddress, sealed: bytes } = sealed.offer
  const by = 'store'
  return [
    {
      message: 'blob',
      change: 'read by the consumer before it is sold',
      by,
      attempt: () => store.download(ground.consumer, contentAddress, bytes.length),
    },
    {
      message: 'blob',
      change: 'read by a stranger',
      by,
      attempt: () => store.download(stranger, contentAddress, bytes.length),
    },
    {
      message: 'delivery',
      change: 'asked for before it is sold',
      by,
      attempt: () => store.delivery(ground.consumer, offering.deal.dealId),
    },
  ]
}

/** After the sale: claims for what was never sold, money back before its time. */
export function claimDeviations(
  scene: Scene,
  { recordId, record }: { recordId: Hex; record: SettledRecord },
): Deviation[] {
  const { network, ground, store, deal } = scene
  const { client, contracts } = network.chain
  const simulate = (
    functionName: 'claimDelivery' | 'refundDelivery',
    sent: SettledRecord,
    account: Hex,
  ) =>
    reach(() =>
      client.simulateContract({
        account,
        address: contracts.dealBook,
        abi: [...dealBookAbi, ...consentBookAbi],
        functionName,
        args: (functionName === 'claimDelivery' ? [sent, NO_PERMIT] : [sent]) as never,
      }),
    )
  const consumer = ground.consumer.address
  const names = Object.keys(record) as (keyof SettledRecord)[]
  const by = 'DealBook'
  return [
    ...names.map((name) => ({
      message: 'Record',
      change: `${name} another, claimed`,
      by,
      attempt: () =>
        simulate('claimDelivery', { ...record, [name]: changedShare(record[name]) }, consumer),
    })),
    {
      message: 'claim',
      change: 'of a sale of another',
      by,
      attempt: () => simulate('claimDelivery', record, stranger.address),
    },
    {
      message: 'refund',
      change: 'where nobody claimed',
      by,
      attempt: () => simulate('refundDelivery', record, consumer),
    },
    {
      message: 'delivery',
      change: 'asked for by a stranger',
      by: 'store',
      attempt: () => store.delivery(stranger, recordId),
    },
    {
      message: 'closeDeal',
      change: 'by a stranger',
      by,
      attempt: () =>
        reach(() =>
          client.simulateContract({
            account: stranger.address,
            address: contracts.dealBook,
            abi: dealBookAbi,
            functionName: 'close',
            args: [deal.terms, deal.salt],
          }),
        ),
    },
  ]
}

/** Shares are a list of two members each. */
function changedShare(value: unknown): never {
  if (Array.isArray(value)) return value.slice(1) as never
  return otherOf(value as never) as never
}
