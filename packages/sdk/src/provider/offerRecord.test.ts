import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Consent from '@ambrosia/exchange/Consent'
import { minimumNet } from '@ambrosia/exchange/Deal'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import * as Manifest from '@ambrosia/sealing/Manifest'
import { endOfSuite } from '@ambrosia/testing/defer'
import { newAccount } from '@ambrosia/testing/values'
import { settle } from '../relay/settle.ts'
import { type Market, startMarket } from '../testing/startMarket.ts'
import { giveConsent } from './giveConsent.ts'
import {
  certifyOffer,
  type Offering,
  prepareOffer,
  readRecipients,
  type SealedForDeal,
} from './offerRecord.ts'
import { permitCheck } from './permitCheck.ts'
import { signConsent } from './signConsent.ts'

const suite = endOfSuite()
let test: Market
let deal: Offering['deal']

before(async () => {
  test = await startMarket(suite)
  deal = await test.open({ perPersonCap: 5 })
})

/** Lets the market answer in another way for one run. */
async function during<T>(change: Partial<Market['market']>, run: () => Promise<T>): Promise<T> {
  const before = { ...test.market }
  Object.assign(test.market, change)
  try {
    return await run()
  } finally {
    Object.assign(test.market, before)
  }
}

/** Has certified under the permission that the person gives for it. */
async function certify(offering: Offering, sealed: SealedForDeal) {
  return await certifyOffer(offering, sealed, await permitCheck({ offering, sealed }))
}

describe('prepareOffer', () => {
  it('seals what the deal asks for to its oracles, and sends nothing anywhere', async () => {
    const steps: string[] = []
    const offering = {
      ...test.offeringFor(deal),
      onProgress: ({ step }: { step: string }) => steps.push(step),
    }
    offering.store = { ...offering.store, upload: () => assert.fail('something was sent') }
    const { selected, offer, recipients } = await prepareOffer(offering)
    assert.ok(selected.indexes.length > 0 && selected.indexes.length < selected.total)
    assert.match(selected.explanation, /of \d+ resources/)
    assert.equal(Manifest.hash(offer.manifest), offer.manifestHash)
    assert.deepEqual(
      offer.manifest.recipients.map(({ keyId }) => keyId),
      recipients.map(({ operator }) => operator.toLowerCase()),
    )
    assert.deepEqual(steps, ['select', 'seal', 'wrap'])
  })

  it('refuses a record of an issuer that the deal does not ask for, in words', async () => {
    const offering = test.offeringFor(deal)
    const criteria = { ...deal.criteria, issuers: ['did:example:other'] }
    await assert.rejects(prepareOffer({ ...offering, deal: { ...deal, criteria } }), {
      code: 'Offer.IssuerNotAsked',
      message: /does not ask for records of did:key:/,
    })
  })

  it('refuses a record in another form, and one without what is asked for', async () => {
    const offering = test.offeringFor(deal)
    const identified = { ...deal, criteria: { ...deal.criteria, form: 'identified' as const } }
    await assert.rejects(prepareOffer({ ...offering, deal: identified }), {
      code: 'Offer.FormNotHeld',
    })
    const device = { ...deal, criteria: { ...deal.criteria, resources: [{ type: 'Device' }] } }
    await assert.rejects(prepareOffer({ ...offering, deal: device }), {
      code: 'Offer.NothingSelected',
    })
    const dcql = structuredClone(deal.criteria.dcql) as {
      credentials: { claims: { path: string[] }[] }[]
    }
    const [claim] = dcql.credentials[0]?.claims ?? []
    assert.ok(claim)
    claim.path = ['credentialSubject', 'condition99']
    const other = { ...deal, criteria: { ...deal.criteria, dcql } }
    await assert.rejects(prepareOffer({ ...offering, deal: other }), {
      code: 'Offer.ClaimsUnmatched',
    })
  })
})

describe('readRecipients', () => {
  it('leaves out an oracle that is not admitted, as long as the others are enough', async () => {
    const { chain, deployer, oracles } = test.exchange
    const stranger = newAccount().address
    const listed = oracles.map(({ operator }) => operator.address)
    const own = { ...deal, terms: { ...deal.terms, oracles: [stranger, ...listed] } }
    const operators = (await readRecipients(chain, own)).map(({ operator }) => operator)
    assert.deepEqual(operators, listed)
    const few = {
      ...deal,
      terms: { ...deal.terms, oracles: [stranger, listed[0] as `0x${string}`] },
    }
    await assert.rejects(readRecipients(chain, few), { code: 'Offer.TooFewOracles' })
    const id = await test.exchange.test.snapshot()
    for (const operator of listed.slice(1)) {
      await chain.send(deployer, {
        address: test.exchange.contracts.oracleRegistry,
        abi: oracleRegistryAbi,
        functionName: 'suspend',
        args: [operator],
      })
    }
    await assert.rejects(readRecipients(chain, deal), { code: 'Offer.TooFewOracles' })
    await test.exchange.test.revert({ id })
  })

  it('sells into no deal whose certificates another contract judges', async () => {
    const { chain } = test.exchange
    const judged = { ...deal, terms: { ...deal.terms, verifier: newAccount().address } }
    await assert.rejects(readRecipients(chain, judged), { code: 'Offer.UntrustedVerifier' })
  })
})

describe('certifyOffer', () => {
  it('uploads once and gathers one certificate with the signatures of all', async () => {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    const uploads = test.store.uploads.length
    const certified = await certify(offering, sealed)
    assert.equal(test.store.uploads.length, uploads + 1)
    assert.equal(test.store.uploads.at(-1)?.sealed, sealed.offer.sealed)
    assert.equal(certified.signatures.length, 3)
    assert.deepEqual(certified.missing, [])
    const { domain } = test.exchange
    assert.equal(Certificate.hash(certified.certificate, domain), certified.certificateHash)
    assert.equal(certified.certificate.provider, offering.account.address)
  })

  it('goes on without an oracle that is silent, and not without the quorum', async () => {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    const certified = await during({ silent: new Set([0]) }, () => certify(offering, sealed))
    assert.equal(certified.signatures.length, 2)
    assert.deepEqual(
      certified.missing.map(({ code }) => code),
      ['Service.Unreachable'],
    )
    await assert.rejects(
      during({ silent: new Set([0, 1]) }, () => certify(offering, sealed)),
      { code: 'Offer.NoQuorum' },
    )
  })

  it('keeps the refusal that all oracles give alike', async () => {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    await assert.rejects(
      during({ answer: () => 'Record.AlreadySold' }, () => certify(offering, sealed)),
      { code: 'Record.AlreadySold' },
    )
  })

  it('counts no certificate of another offer, nor two kinds together', async () => {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    const other = newAccount().address
    const certified = await during(
      {
        answer: (certificate, index) =>
          index === 1 ? { ...certificate, provider: other } : certificate,
      },
      () => certify(offering, sealed),
    )
    assert.deepEqual(
      certified.missing.map(({ code }) => code),
      ['Offer.WrongCertificate'],
    )
    await assert.rejects(
      during({ answer: (certificate, index) => ({ ...certificate, score: 90 + index }) }, () =>
        certify(offering, sealed),
      ),
      { code: 'Offer.NoQuorum' },
    )
  })

  it('asks no oracle with a receipt that they would refuse', async () => {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    const { store } = test
    const honest = store.receipt
    const wrong: (typeof honest)[] = [
      (receipt) => ({ ...receipt, store: newAccount().address }),
      (receipt) => ({ ...receipt, manifestHash: receipt.dealId }),
      (receipt) => ({ ...receipt, dealId: receipt.manifestHash }),
      (receipt) => ({ ...receipt, sizeBytes: receipt.sizeBytes + 1n }),
      (receipt) => ({ ...receipt, storedUntil: BigInt(test.now() / 1000) }),
    ]
    for (const receipt of wrong) {
      store.receipt = receipt
      const asking = during({ answer: () => assert.fail('an oracle was asked') }, () =>
        certify(offering, sealed),
      )
      await assert.rejects(asking, { code: 'Offer.WrongReceipt' })
    }
    store.receipt = honest
  })

  it('refuses a receipt that another than the store has signed', async () => {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    const upload: Offering['store']['upload'] = async (...args) => {
      const { receipt } = await test.store.client.upload(...args)
      return { receipt, signature: `0x${'1b'.repeat(65)}` }
    }
    const cheated = { ...offering, store: { ...offering.store, upload } }
    await assert.rejects(certify(cheated, sealed), { code: 'Offer.WrongReceipt' })
  })
})

describe('giveConsent', () => {
  async function certified() {
    const offering = test.offeringFor(deal)
    const sealed = await prepareOffer(offering)
    return { offering, sealed, certificate: await certify(offering, sealed) }
  }

  it('shows the sentences, signs what they say, and the contract takes it', async () => {
    const options = await certified()
    const shown: string[][] = []
    const { consent, sentences } = await giveConsent({
      ...options,
      confirm: async (said) => {
        shown.push([...said])
      },
    })
    assert.deepEqual(shown, [sentences])
    assert.match(sentences.join(' '), /Institute to use the data .*Diabetes research/)
    assert.match(sentences.join(' '), /operators of the 3 oracles .* can read what they check/)
    const { account } = options.offering
    const net = minimumNet(deal.terms, 90)
    assert.equal(consent.consent.minimumNet, net)
    const { domain, chain, relayer } = test.exchange
    assert.ok(await Consent.verify(consent.consent, domain, account.address, consent.signature))
    assert.equal(consent.consentHash, Consent.hash(consent.consent, domain))
    const settlements = [toSettlement(deal.terms, options.certificate, consent)]
    // The market's deal asks for the validator that its oracles name.
    const { settled, refused } = await settle({ chain, relayer, deal, settlements })
    assert.deepEqual(refused, [])
    assert.ok((settled[0]?.record.net ?? 0n) >= net)
  })

  it('signs nothing where the person says no', async () => {
    const options = await certified()
    const { account } = options.offering
    const signTypedData = () => assert.fail('something was signed')
    const offering = { ...options.offering, account: { ...account, signTypedData } as never }
    const refusing = giveConsent({
      ...options,
      offering,
      confirm: async () => {
        throw new Error('no')
      },
    })
    await assert.rejects(refusing, /^Error: no$/)
  })

  it('takes the fee of a relayer out of what is promised, and binds the relayer', async () => {
    const options = await certified()
    const relayer = newAccount().address
    const { consent, sentences } = await giveConsent({
      ...options,
      relayer,
      maximumRelayerFee: 10n ** 17n,
    })
    assert.equal(consent.consent.minimumNet, minimumNet(deal.terms, 90) - 10n ** 17n)
    assert.equal(consent.consent.relayer, relayer)
    assert.match(sentences.join(' '), /at least 4\.65 MED/)
  })

  it('holds the answers under a salt: the same sentences give two hashes', async () => {
    const options = await certified()
    const [one, two] = [await giveConsent(options), await giveConsent(options)]
    assert.deepEqual(one.sentences, two.sentences)
    assert.notEqual(one.consent.consent.answersHash, two.consent.consent.answersHash)
    assert.equal(one.consent.consent.agreementHash, Agreement.hash(test.agreement))
  })
})

describe('signConsent', () => {
  it('signs under the domain of the deal book, which is of one chain', async () => {
    const options = { offering: test.offeringFor(deal) }
    const sealed = await prepareOffer(options.offering)
    const certificate = await certify(options.offering, sealed)
    const { consent } = await giveConsent({ ...options, sealed, certificate })
    const { account } = options.offering
    const { dealBook } = test.exchange.contracts
    const again = await signConsent({ chainId: 1, dealBook }, account, consent.consent)
    assert.notEqual(again.consentHash, consent.consentHash)
    const { domain } = test.exchange
    assert.equal(
      await Consent.verify(consent.consent, domain, account.address, again.signature),
      false,
    )
  })
})
