import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import { endOfSuite } from '@ambrosia/testing/defer'
import { newAccount } from '@ambrosia/testing/values'
import { type Market, startMarket } from '../testing/startMarket.ts'
import { certifyOffer, type Offering, prepareOffer } from './offerRecord.ts'
import { DeclinedError, describeOffer, type OfferWords, permitCheck } from './permitCheck.ts'

const suite = endOfSuite()
let test: Market
let deal: Offering['deal']

before(async () => {
  test = await startMarket(suite)
  deal = await test.open({ perPersonCap: 5 })
})

/** An offering of which every byte to store and oracles is counted. */
function counted() {
  const offering = test.offeringFor(deal)
  const sent = { sizeBytes: 0, requests: 0 }
  const note = (sizeBytes: number) => {
    sent.requests += 1
    sent.sizeBytes += sizeBytes
  }
  const watched: Offering = {
    ...offering,
    fetch: async (input, init) => {
      note((init?.body as Uint8Array | undefined)?.length ?? 0)
      return await offering.fetch(input, init)
    },
    store: {
      ...offering.store,
      upload: async (signer, blob) => {
        note(blob.sealed.length)
        return await offering.store.upload(signer, blob)
      },
    },
  }
  return { offering: watched, sent }
}

describe('describeOffer', () => {
  it('says all that is asked for, and sends nothing', async () => {
    const { offering, sent } = counted()
    const sealed = await prepareOffer(offering)
    const words = describeOffer(offering, sealed)
    const said = words.permission.join('\n')
    for (const { operator } of sealed.recipients) assert.ok(said.includes(operator.toLowerCase()))
    assert.match(said, /operators can read what they check/)
    assert.match(said, /What leaves, sealed to these oracles: \d+ of \d+ resources/)
    assert.match(said, /checked for Institute, whose purpose is: Diabetes research/)
    assert.match(words.consent.join('\n'), /at least 2\.85 MED/)
    assert.deepEqual(sent, { sizeBytes: 0, requests: 0 })
  })

  it('refuses a consumer whose name would steer what the person reads', async () => {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    const agreement = { ...deal.agreement, consumerName: 'Institute\u202eevil' }
    assert.throws(() => describeOffer({ ...offering, deal: { ...deal, agreement } }, sealed), {
      code: 'Consent.TermInvalid',
    })
  })
})

describe('permitCheck', () => {
  it('signs what was shown, for the oracles of the offer, before anything has left', async () => {
    const { offering, sent } = counted()
    const sealed = await prepareOffer(offering)
    const shown: OfferWords[] = []
    const { permission, words, signature } = await permitCheck({
      offering,
      sealed,
      confirm: async (said) => {
        assert.deepEqual(sent, { sizeBytes: 0, requests: 0 })
        shown.push(said)
      },
    })
    assert.deepEqual(words.sentences, shown[0]?.permission)
    assert.equal(permission.manifestHash, sealed.offer.manifestHash)
    assert.equal(permission.payloadRoot, sealed.offer.payloadRoot)
    assert.deepEqual(
      permission.oracles,
      sealed.recipients.map(({ operator }) => operator),
    )
    const { address } = offering.account
    const { domain } = test.exchange
    assert.ok(await PermissionToCheck.verify(permission, domain, address, signature))
    assert.deepEqual(sent, { sizeBytes: 0, requests: 0 })
  })

  it('a no signs nothing and sends nothing', async () => {
    const { offering, sent } = counted()
    const sealed = await prepareOffer(offering)
    const signTypedData = () => assert.fail('something was signed')
    const silent = { ...offering, account: { ...offering.account, signTypedData } as never }
    const confirm = async () => {
      throw new DeclinedError('permission')
    }
    await assert.rejects(permitCheck({ offering: silent, sealed, confirm }), {
      code: 'Offer.Declined',
    })
    assert.deepEqual(sent, { sizeBytes: 0, requests: 0 })
  })
})

describe('certifyOffer', () => {
  it('sends nothing under a permission for another record, deal or account', async () => {
    const { offering, sent } = counted()
    const sealed = await prepareOffer(offering)
    const other = await prepareOffer(offering)
    const permission = await permitCheck({ offering, sealed: other })
    await assert.rejects(certifyOffer(offering, sealed, permission), {
      code: 'Offer.WrongPermission',
    })
    const stranger = { ...offering, account: newAccount() }
    await assert.rejects(certifyOffer(stranger, other, permission), {
      code: 'Offer.WrongPermission',
    })
    assert.deepEqual(sent, { sizeBytes: 0, requests: 0 })
    await certifyOffer(offering, other, permission)
    assert.equal(sent.requests, 4)
  })
})
