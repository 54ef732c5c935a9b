import assert from 'node:assert/strict'
import { before, describe, it, type TestContext } from 'node:test'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import { createSubmission } from '@ambrosia/exchange/offer/createSubmission'
import * as Release from '@ambrosia/exchange/Release'
import { releaseContext } from '@ambrosia/exchange/SealContext'
import { toJson } from '@ambrosia/exchange/SubmissionBody'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as DataKey from '@ambrosia/sealing/DataKey'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { hash } from '@ambrosia/testing/values'
import { readTagSecret } from '../enclave/tagSecret.ts'
import { createWaits } from '../releases/Waits.ts'
import type { WatchedDeal } from '../status/StatusSchedule.ts'
import { receiveContextOf } from '../submissions/contextOf.ts'
import { createReceiver } from '../submissions/receive.ts'
import { createOracle, registrationOf, type TestOracle } from '../testing/createOracle.ts'
import { fetchCriteria } from './fetchCriteria.ts'
import { releaseKeys } from './releaseKeys.ts'
import { shareTagSecret } from './shareTagSecret.ts'

let setting: Awaited<ReturnType<typeof createSetting>>

before(async () => {
  setting = await createSetting(8_000)
})

describe('fetchCriteria', () => {
  async function start(t: TestContext) {
    const test = await createOracle(t, setting)
    const watched: WatchedDeal[] = []
    test.oracle.statusSchedule.watch = (deal) => watched.push(deal)
    const add = async (dealId: string, criteriaHash = setting.terms.criteriaHash, ended = 0) => {
      const terms = JSON.stringify(Deal.toJson({ ...setting.terms, criteriaHash }))
      const deal = { deal_id: dealId, salt: hash('salt'), terms, criteria: null }
      const row = { ...deal, block_number: 1, ended }
      await test.oracle.database.insertInto('deal').values(row).execute()
    }
    const known = async () => {
      const rows = await test.oracle.database.selectFrom('deal').selectAll().execute()
      return rows.filter(({ criteria }) => criteria !== null).map((row) => row.deal_id)
    }
    return { ...test, watched, add, known }
  }

  it('keeps criteria of their hash, and watches the issuers that they trust', async (t) => {
    const { oracle, store, add, known, watched } = await start(t)
    await add('a')
    await add('closed', setting.terms.criteriaHash, 1)
    store.documents.set(setting.terms.criteriaHash, setting.deal.criteria)
    await fetchCriteria(oracle)
    assert.deepEqual(await known(), ['a'])
    const { issuers } = setting.deal.criteria
    assert.deepEqual(watched, [{ dealId: 'a', issuers, untilSec: Number(setting.terms.expiry) }])
  })

  it('waits without a word for a consumer who has not published them yet', async (t) => {
    const { oracle, store, add, known, lines } = await start(t)
    await add('a')
    await fetchCriteria(oracle)
    assert.deepEqual([await known(), lines], [[], []])
    store.documents.set(setting.terms.criteriaHash, setting.deal.criteria)
    await fetchCriteria(oracle)
    assert.deepEqual(await known(), ['a'])
  })

  it('takes no other criteria, and no document that is not criteria, and goes on to the next deal', async (t) => {
    const { oracle, store, add, known, lines } = await start(t)
    const other = { ...setting.deal.criteria, title: 'Other' }
    await add('other', hash('other'))
    await add('wrong', hash('wrong'))
    await add('right')
    store.documents.set(hash('other'), other)
    store.documents.set(hash('wrong'), { version: 1 })
    store.documents.set(setting.terms.criteriaHash, setting.deal.criteria)
    await fetchCriteria(oracle)
    assert.deepEqual(await known(), ['right'])
    assert.match(lines.join(''), /Shape\.Mismatch/)
    assert.notEqual(Criteria.hash(other), hash('other'))
  })
})

describe('releaseKeys', () => {
  const recordId = hash('record')

  /** An oracle that has certified the record of the setting, which is settled. */
  async function start(t: TestContext, change: { consentUntilSec?: bigint } = {}) {
    const test = await createOracle(t, setting)
    await test.knowDeal()
    const certified = await createReceiver(receiveContextOf(test.oracle))(toJson(setting.body))
    const certificate = Certificate.fromJson(certified.certificate)
    await addRelease(test, {
      certificateHash: Certificate.hash(certificate, setting.domain),
      consentUntilSec: change.consentUntilSec ?? setting.parts.asOfSec + 1000n,
    })
    const clock = { nowMs: 0 }
    const waits = createWaits(() => clock.nowMs)
    const row = () =>
      test.oracle.database.selectFrom('release').selectAll().executeTakeFirstOrThrow()
    return { ...test, clock, row, run: () => releaseKeys(test.oracle, waits) }
  }

  async function addRelease(
    { oracle }: TestOracle,
    options: { certificateHash: string; consentUntilSec: bigint },
  ) {
    const row = {
      record_id: recordId,
      deal_id: setting.deal.dealId,
      certificate_hash: options.certificateHash,
      consumer: setting.deal.consumer,
      provider: setting.parts.account.address,
      consent_until_sec: Number(options.consentUntilSec),
      released_at_sec: null,
      stopped: 0,
      tries: 0,
      record: null,
      delivery_end_sec: null,
      answer_by_sec: null,
      answered: 0,
      share_taken: 0,
    }
    await oracle.database.insertInto('release').values(row).execute()
  }

  it('wraps the data key to the consumer, signs for it, and puts it to the store once', async (t) => {
    const { run, store, consumer, oracle, keys, row } = await start(t)
    await run()
    await run()
    assert.equal(store.put.length, 1)
    const [operator, { release, signature, envelope }, manifest] = store
      .put[0] as (typeof store.put)[0]
    assert.equal(operator, oracle.operator.address)
    assert.deepEqual(manifest, setting.offer.manifest)
    const { signer } = keys
    assert.ok(await Release.verify(release, setting.domain, signer.address, signature))
    assert.deepEqual([release.recordId, release.blockNumber], [recordId, 100n])
    const dataKey = await Envelope.unwrap({
      envelope,
      privateKey: consumer.privateKey,
      context: releaseContext({ ...setting.deal, recordId }),
    })
    assert.equal(DataKey.commitment(dataKey), setting.offer.manifest.keyCommitment)
    assert.equal((await row()).released_at_sec, Number(setting.parts.asOfSec))
  })

  it('one offer submitted under many nonces is one submission, one answer and one release', async (t) => {
    const { oracle, run, store } = await start(t)
    const receive = createReceiver(receiveContextOf(oracle))
    const first = await receive(toJson(setting.body))
    const { parts, deal, offer, body } = setting
    for (let count = 0; count < 3; count++) {
      const again = await createSubmission({
        ...parts,
        deal,
        offer,
        receiptSignature: body.receiptSignature,
        oracle: parts.oracle.operator,
      })
      assert.notEqual(again.submission.nonce, body.submission.nonce)
      assert.deepEqual(await receive(toJson(again)), first)
    }
    const rows = await oracle.database.selectFrom('submission').selectAll().execute()
    assert.equal(rows.length, 1)
    await run()
    assert.equal(store.put.length, 1)
  })

  it('tries again what failed, with increasing delays', async (t) => {
    const { run, store, clock, row } = await start(t)
    store.failure = new AmbrosiaError('Service.Unreachable', 'no answer')
    await run()
    await run()
    assert.equal((await row()).tries, 1)
    clock.nowMs = 1000
    await run()
    clock.nowMs = 2000
    await run()
    assert.equal((await row()).tries, 2)
    store.failure = undefined
    clock.nowMs = 3000
    await run()
    assert.equal(store.put.length, 1)
  })

  it('releases nothing after a revocation, nor after the consent has ended', async (t) => {
    const ended = await start(t, { consentUntilSec: setting.parts.asOfSec - 1n })
    await ended.run()
    assert.equal(ended.store.put.length, 0)
    const revoked = await start(t)
    await revoked.oracle.database.updateTable('release').set({ stopped: 1 }).execute()
    await revoked.run()
    assert.equal(revoked.store.put.length, 0)
  })

  it('releases nothing to a consumer whose DID names no key any more', async (t) => {
    const { run, store, oracle, row, lines } = await start(t)
    oracle.chain.didVersions = async () => []
    await run()
    assert.equal(store.put.length, 0)
    assert.equal((await row()).released_at_sec, null)
    assert.match(lines.join(''), /Release\.NoConsumerKey/)
  })
})

describe('shareTagSecret', () => {
  it('makes the secret where this oracle was admitted first', async (t) => {
    const { oracle, keystore } = await createOracle(t, setting, { hasTagSecret: false })
    await shareTagSecret(oracle)
    const secret = readTagSecret(keystore)
    assert.equal(secret?.length, 32)
    await shareTagSecret(oracle)
    assert.deepEqual(readTagSecret(keystore), secret)
  })

  it('asks the others where it was not, and makes none of its own', async (t) => {
    const { oracle, registered, keystore } = await createOracle(t, setting, { hasTagSecret: false })
    const asked: string[] = []
    oracle.fetch = async (url) => {
      asked.push(String(url))
      throw new TypeError('nobody answers')
    }
    registered.unshift(registrationOf(`0x${'77'.repeat(20)}`, new Uint8Array(32)))
    oracle.operator = { ...oracle.operator, ...signing }
    await assert.rejects(shareTagSecret(oracle), { code: 'TagSecret.NotHandedOver' })
    assert.deepEqual(asked, [`http://0x${'77'.repeat(20)}.example/v1/peers/tag-secret`])
    assert.equal(readTagSecret(keystore), undefined)
  })

  it('has nobody to ask while nobody is admitted', async (t) => {
    const { oracle, registered } = await createOracle(t, setting, { hasTagSecret: false })
    registered.length = 0
    await assert.rejects(shareTagSecret(oracle), { code: 'TagSecret.NotHandedOver' })
  })

  const signing = { signMessage: async () => `0x${'1b'.repeat(65)}` as const }
})
