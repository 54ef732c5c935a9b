import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { readDealStatus } from '@ambrosia/chain/read/exchange'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Network } from '@ambrosia/devnet/Network'
import { createSubmission } from '@ambrosia/exchange/offer/createSubmission'
import { provePossession, registryDomain } from '@ambrosia/exchange/quorum/SigningKey'
import { releaseContext } from '@ambrosia/exchange/SealContext'
import { bondPart } from '@ambrosia/exchange/SettledRecord'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { fromHex, fromUtf8, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { signRequest } from '@ambrosia/primitives/SignedRequest'
import { claimDelivery } from '@ambrosia/sdk/consumer/claimDelivery'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import { giveConsent } from '@ambrosia/sdk/provider/giveConsent'
import {
  certifyOffer,
  type Offering,
  prepareOffer,
  viewOf,
} from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { cancelConsent, revokeConsent } from '@ambrosia/sdk/provider/revokeConsent'
import { settle } from '@ambrosia/sdk/relay/settle'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { endOfSuite } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { useFolder } from '@ambrosia/testing/useFolder'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { codeOf, runJson, runWords } from './support/commandLine.ts'
import { createOffering, type Ground, openTestDeal, prepareGround } from './support/offering.ts'
import { moveFunds, registerByVerbs, wrongOf } from './support/playOperator.ts'
import { openDealByVerbs, sellByVerbs } from './support/playSale.ts'

/** A word that stands in the Bundle and must stand nowhere else. */
const MARK = 'Zzyzxmarker'

const suite = endOfSuite()
let home: string
let network: Network
let store: StoreClient
let ground: Ground

before(async () => {
  network = await startNetwork(suite)
  home = network.home
  store = createStoreClient({
    url: network.file.services.store,
    chainId: network.file.chainId,
    fetch,
    now: Date.now,
    pause: (ms) => pause(ms),
  })
  ground = await prepareGround(network, store)
})
type Problem = { status: number; code: string; detail: string; hint: string; title: string }

async function problem(url: string, init: RequestInit): Promise<Problem> {
  const response = await fetch(url, init)
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const body = (await response.json()) as Problem
  assert.equal(body.status, response.status)
  return body
}

/** The answer to a request that only announces a body of this size. */
function statusOfAnnounced(url: string, sizeBytes: number): Promise<number> {
  const headers = { 'content-type': 'application/json', 'content-length': sizeBytes }
  return new Promise((done, failed) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      done(response.statusCode ?? 0)
      sent.destroy()
    })
    sent.on('error', failed)
    sent.flushHeaders()
  })
}

/** What the work gives in the end; services follow the chain by polling. */
async function eventually<T>(work: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const result = await work()
    if (result !== undefined) return result
    assert.ok(Date.now() < deadline, 'timed out after a minute')
    await pause(200)
  }
}

const relayer = developmentAccount('relayer')

/** Seals, permits and has certified. */
async function certified(offering: Offering) {
  const sealed = await prepareOffer(offering)
  return await certifyOffer(offering, sealed, await permitCheck({ offering, sealed }))
}

async function collect(offering: Offering, settled: { recordId: `0x${string}`; record: never }) {
  return await collectRecord({
    chainId: network.chain.chainId,
    dealBook: network.chain.contracts.dealBook,
    record: settled.record,
    recordId: settled.recordId,
    criteria: offering.deal.criteria,
    account: ground.consumer,
    key: ground.consumerKey,
    store,
    resolver: network.chain.resolver,
    loader: offering.loader,
    now: Date.now,
    pause: (ms) => pause(ms),
  })
}

describe('a network of services', () => {
  it('every service tells health, readiness, metrics and documents', async () => {
    for (const url of [
      network.file.services.issuer,
      network.file.services.store,
      ...network.file.services.oracles,
    ]) {
      for (const route of ['/health', '/ready', '/metrics', '/docs/json', '/v1/service']) {
        assert.equal((await fetch(`${url}${route}`)).status, 200, `${url}${route}`)
      }
    }
  })

  it('an issuer publishes how many people could match, and deal check bounds criteria by it', async (t) => {
    const holder = Keys.createHolderKey(random).did
    const folder = useFolder(t)
    const { criteria } = await openTestDeal(ground, { resources: [{ type: 'Patient' }] })
    const document = join(folder, 'criteria.json')
    const check = async (claims: object[]): Promise<Record<string, unknown>> => {
      const [credential] = criteria.dcql.credentials as [object]
      const dcql = { credentials: [{ ...credential, claims }] }
      writeFileSync(document, JSON.stringify({ ...criteria, dcql }))
      const { status, json } = await runJson(home, 'deal', 'check', document, '--sample', folder)
      assert.equal(status, 0)
      return json['people'] as Record<string, unknown>
    }
    const sex = { path: ['credentialSubject', 'sex'] }
    for (let seed = 0; seed < 11; seed++) {
      const { resources } = Generator.patient({ seed, asOf: ground.asOf, resources: 50 })
      const bundle = Bundle.write(resources)
      if (seed === 0) writeFileSync(join(folder, 'sample.json'), bundle)
      await network.issuer.issue(bundle, holder, 'safe-harbor')
    }
    const anybody = await check([sex])
    const { people, most } = anybody as { people: number; most: number }
    assert.ok(people >= 10 && people % 10 === 0 && most === people + 9, JSON.stringify(anybody))
    const none = await check([{ ...sex, values: ['other'] }])
    assert.ok((none['most'] as number) <= 19)
  })

  it('an oracle tells a stranger nothing', async () => {
    const [oracle] = network.file.services.oracles
    const post = (body: string) =>
      problem(`${oracle}/v1/submissions`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
    for (const body of ['{}', '[]', '{"manifest":{}}', JSON.stringify({ submission: MARK })]) {
      const answer = await post(body)
      assert.equal(answer.code, 'Submission.Refused', body)
      assert.ok(!JSON.stringify(answer).includes(MARK))
    }
    assert.equal((await post('{')).code, 'Request.InvalidJson')
    assert.equal(await statusOfAnnounced(`${oracle}/v1/submissions`, 5_000_000), 413)
    assert.equal(
      (await problem(`${oracle}/v1/submissions/0x${'1'.repeat(64)}`, {})).code,
      'Submission.Unknown',
    )
  })

  it('the tag secret goes to no account that is not an admitted oracle', async () => {
    const [oracle] = network.file.services.oracles
    const url = `${oracle}/v1/peers/tag-secret`
    const body = fromUtf8('{}')
    const unsigned = await problem(url, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    assert.match(unsigned.code, /^HttpSignature\./)
    const headers = await signRequest({
      method: 'POST',
      url,
      body,
      chainId: network.chain.chainId,
      signer: privateKeyToAccount(generatePrivateKey()),
      audience: network.operators[0] as `0x${string}`,
      nowSec: Math.floor(Date.now() / 1000),
    })
    const init = {
      method: 'POST',
      body: '{}',
      headers: { ...headers, 'content-type': 'application/json' },
    }
    assert.equal((await problem(url, init)).code, 'TagSecret.NotForYou')
    assert.equal((await problem(url, init)).code, 'SignedRequest.Replayed')
  })

  it('only its operator makes an issuer sign, and only FHIR with a path in the refusal', async () => {
    const url = `${network.file.services.issuer}/v1/records?form=safe-harbor&holder=${encodeURIComponent('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK')}`
    const type = { 'content-type': 'application/fhir+json' }
    assert.equal(
      (await problem(url, { method: 'POST', body: '{}', headers: type })).code,
      'Issuer.NotOperator',
    )
    const authorization = `Bearer ${readFileSync(join(home, 'issuer', 'operator-token'), 'utf8').trim()}`
    const send = (body: string) =>
      problem(url, { method: 'POST', body, headers: { ...type, authorization } })
    for (const body of [
      '{}',
      '[]',
      'no json',
      JSON.stringify({ resourceType: 'Bundle', type: 'history' }),
    ]) {
      assert.match((await send(body)).code, /^(Bundle|CanonicalJson)\./, body)
    }
    const invalid = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: { resourceType: 'Patient', gender: MARK } }],
    }
    const answer = await send(JSON.stringify(invalid))
    assert.equal(answer.code, 'Issuer.InvalidRecord')
    assert.match(answer.detail, /gender/)
    assert.ok(!JSON.stringify(answer).includes(MARK))
  })

  it('the same submission gets the same certificate, another body under its nonce none', async () => {
    const deal = await openTestDeal(ground)
    const offering = await createOffering(ground, deal, 11)
    const sealed = await prepareOffer(offering)
    const permission = await permitCheck({ offering, sealed })
    const { receipt, signature } = await store.upload(offering.account, {
      dealId: deal.dealId,
      ...sealed.offer,
      permission,
    })
    const [recipient] = sealed.recipients
    assert.ok(recipient)
    const body = await createSubmission({
      record: offering.record,
      selected: sealed.selected,
      offer: sealed.offer,
      deal: viewOf(offering.chain, deal),
      account: offering.account,
      permission,
      holderKey: offering.holderKey,
      receipt,
      receiptSignature: signature,
      oracle: recipient.operator,
      asOfSec: BigInt(Math.floor(Date.now() / 1000)),
      loader: offering.loader,
    })
    const client = createOracleClient({ url: recipient.endpoint, fetch, now: Date.now })
    const [first, second] = await Promise.all([client.submit(body), client.submit(body)])
    assert.deepEqual(first, second)
    assert.deepEqual(await client.read(first.id), first)
    const other = { ...body, presentation: { ...body.presentation, id: 'urn:uuid:0' } }
    await assert.rejects(client.submit(other), { code: 'Submission.Refused' })
  })

  it('killed after the settlement, the oracles release when they run again', async () => {
    const deal = await openTestDeal(ground)
    const offering = await createOffering(ground, deal, 12)
    const sealed = await prepareOffer(offering)
    const certificate = await certifyOffer(
      offering,
      sealed,
      await permitCheck({ offering, sealed }),
    )
    await Promise.all(network.oracles.map((oracle) => oracle.kill()))
    const consent = await ground.consent(offering, certificate)
    const result = await settle({
      chain: network.chain,
      relayer,
      deal,
      settlements: [toSettlement(deal.terms, certificate, consent)],
    })
    const [settled] = result.settled
    assert.ok(settled)
    await Promise.all(network.oracles.map((oracle) => oracle.start()))
    const collected = await collect(offering, settled as never)
    assert.equal(collected.resourceCount, sealed.selected.indexes.length)
  })

  it('revoked with the payment, the sale is undone and nothing is delivered any more', async () => {
    const deal = await openTestDeal(ground)
    const offering = await createOffering(ground, deal, 13)
    const certificate = await certified(offering)
    const consent = await ground.consent(offering, certificate)
    const { settled } = await settle({
      chain: network.chain,
      relayer,
      deal,
      settlements: [toSettlement(deal.terms, certificate, consent)],
    })
    const [record] = settled
    assert.ok(record)
    const { chain } = network
    const balance = (account: `0x${string}`) =>
      chain.client.readContract({
        address: chain.contracts.medToken,
        abi: medTokenAbi,
        functionName: 'balanceOf',
        args: [account],
      })
    assert.equal(await balance(offering.account.address), record.record.net)
    const { available } = await readDealStatus(chain.client, chain.contracts.dealBook, deal.dealId)
    await revokeConsent({
      chain,
      provider: offering.account,
      payer: offering.account,
      relayer,
      record: record.record,
      recordId: record.recordId,
      now: Date.now,
    })
    assert.equal(await balance(offering.account.address), 0n)
    const after = await readDealStatus(chain.client, chain.contracts.dealBook, deal.dealId)
    const kept = record.record.shares.reduce((sum, { amount }) => sum + amount / 10n, 0n)
    assert.equal(after.available - available, record.record.price - kept)
    await assert.rejects(collect(offering, record as never), { code: 'Release.Ended' })
  })

  it('cancelled before the settlement, a consent is worth nothing', async () => {
    const deal = await openTestDeal(ground)
    const offering = await createOffering(ground, deal, 14)
    const certificate = await certified(offering)
    const consent = await ground.consent(offering, certificate)
    await cancelConsent({
      chain: network.chain,
      provider: offering.account,
      relayer,
      consentHash: consent.consentHash,
      now: Date.now,
    })
    const { settled, refused } = await settle({
      chain: network.chain,
      relayer,
      deal,
      settlements: [toSettlement(deal.terms, certificate, consent)],
    })
    assert.equal(settled.length, 0)
    assert.deepEqual(
      refused.map(({ index, code }) => [index, code]),
      [[0, 'ConsentCancelled']],
    )
  })

  it("an operator that nobody admitted, or a judge of the consumer's own, reads and sells nothing", async () => {
    const { chain } = network
    const rogue = ground.consumer
    await chain.send(rogue, {
      address: chain.contracts.oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'register',
      args: [
        {
          endpoint: 'http://127.0.0.1:1',
          signer: rogue.address,
          encryptionKey: toHex(new Uint8Array(32).fill(7)),
          measurement: toHex(new Uint8Array(32).fill(8)),
          commissionBps: 0,
          commissionCapBps: 0,
          maximumChangeBps: 0,
        },
        await provePossession(
          rogue,
          rogue.address,
          registryDomain(chain.chainId, chain.contracts.oracleRegistry),
        ),
      ],
    })
    const deal = await openTestDeal(ground)
    const offering = await createOffering(ground, deal, 17)
    const withRogue = (oracles: readonly `0x${string}`[], quorum = 2) => ({
      ...offering,
      deal: { ...deal, terms: { ...deal.terms, oracles, quorum } },
    })
    const [first, second] = network.operators as [`0x${string}`, `0x${string}`]
    const { offer } = await prepareOffer(withRogue([first, second, rogue.address]))
    assert.deepEqual(
      offer.manifest.recipients.map(({ keyId }) => keyId),
      [first, second].map((operator) => operator.toLowerCase()),
    )
    await assert.rejects(prepareOffer(withRogue([first, rogue.address])), {
      code: 'Offer.TooFewOracles',
    })
    const judged = {
      ...offering,
      deal: { ...deal, terms: { ...deal.terms, verifier: rogue.address } },
    }
    await assert.rejects(prepareOffer(judged), { code: 'Offer.UntrustedVerifier' })
  })

  it('the form that names the person is sold only with an authorization that names the remuneration', async () => {
    const deal = await openTestDeal(ground, { form: 'identified' })
    const offering = await createOffering(ground, deal, 16)
    const sealed = await prepareOffer(offering)
    const certificate = await certifyOffer(
      offering,
      sealed,
      await permitCheck({ offering, sealed }),
    )
    const fee = 10n ** 17n
    const { consent, sentences } = await giveConsent({
      offering,
      sealed,
      certificate,
      maximumRelayerFee: fee,
    })
    assert.ok(sentences.some((sentence) => sentence.includes('45 CFR 164.508')))
    assert.ok(sentences.some((sentence) => /remuneration.*4\.65 MED/.test(sentence)))
    assert.ok(sentences.some((sentence) => sentence.includes('operators of the 3 oracles')))
    const settlements = [toSettlement(deal.terms, certificate, consent, fee)]
    const [settled] = (await settle({ chain: network.chain, relayer, deal, settlements })).settled
    assert.ok(settled)
    assert.equal(settled.record.relayerFee, fee)
    assert.ok(settled.record.net >= consent.consent.minimumNet)
    const collected = await collect(offering, settled as never)
    assert.match(collected.bundleText, /"family":/)
    const safeHarbor = await createOffering(ground, await openTestDeal(ground), 16)
    await assert.rejects(prepareOffer({ ...safeHarbor, deal }), { code: 'Offer.FormNotHeld' })
  })

  it('the whole life of a sale by the command line, and its refusals in words and in JSON', async (t) => {
    const folder = useFolder(t)
    const key = 'institute'
    const run = (...args: string[]) => runJson(home, ...args)
    const deal = await openDealByVerbs(home, key)
    const kept = await sellByVerbs(home, { folder, deal, name: 'sold-kept', seed: 41 })
    const undone = await sellByVerbs(home, { folder, deal, name: 'sold-undone', seed: 42 })

    const shown = await run('record', 'offer', 'sold-undone', '--deal', deal, '--dry-run')
    assert.deepEqual([shown.status, shown.json['dryRun']], [0, true])
    for (const asked of ['permission', 'consent']) {
      assert.ok(
        (shown.json[asked] as string[]).some((line) => line.includes('Institute')),
        asked,
      )
    }

    const out = join(folder, 'delivered')
    const collectBy = (name: string) =>
      run('consumer', 'collect', '--deal', deal, '--out', out, '--key', name)
    const other = await collectBy('consumer')
    assert.deepEqual([other.status, codeOf(other)], [1, 'Collect.WrongAccount'])
    const first = await collectBy(key)
    assert.deepEqual([first.status, (first.json['collected'] as object[]).length], [0, 2])
    assert.equal((await run('verify', out)).status, 0)

    const claim = (...args: string[]) => run('consumer', 'claim', kept, ...args)
    const foreign = await claim('--key', 'consumer')
    assert.deepEqual([foreign.status, codeOf(foreign)], [1, 'Chain.RecordConsumerOnly'])
    const claimed = await claim('--key', key)
    assert.equal(claimed.status, 0)
    const [answerBy, bond] = [Number(claimed.json['answerBy']), String(claimed.json['bond'])]
    assert.ok(answerBy > Date.now() / 1000 + 3000, 'a window from now')
    assert.match(bond, /^[1-9]\d+$/)
    const again = await claim('--key', key)
    assert.deepEqual([again.status, codeOf(again)], [1, 'Chain.DeliveryClaimed'])
    const early = await runWords(home, 'consumer', 'claim', kept, '--refund', '--key', key)
    assert.equal(early.status, 1)
    assert.match(early.stderr, /^error Chain\.\w+: .+\n {2}\w.+\n$/m)
    const shareOf = async () => {
      const answers = await Promise.all(
        network.operators.map((operator) => run('oracle', 'earnings', operator)),
      )
      return answers.reduce((sum, { json }) => sum + BigInt(String(json['earned'])), 0n)
    }
    assert.ok((await shareOf()) > 0n)
    const nobody = await runWords(home, 'consumer', 'claim', deal)
    assert.equal(nobody.status, 1)
    assert.match(nobody.stderr, /^error Record\.NotSettled: the chain has no settled record/)

    const revoke = (id: string, ...args: string[]) => run('record', 'revoke', id, ...args)
    const unasked = await revoke(kept)
    assert.deepEqual([unasked.status, codeOf(unasked)], [2, 'Cli.Usage'])
    const to = privateKeyToAccount(generatePrivateKey()).address
    const swept = await run('record', 'sweep', '--name', 'sold-kept', '--deal', deal, '--to', to)
    assert.equal(swept.status, 0)
    const short = await runWords(home, 'record', 'revoke', kept, '--yes')
    assert.equal(short.status, 1)
    assert.match(short.stderr, /error Record\.PaymentShort: .* goes back.*\n.*--stop/)
    const stopped = await revoke(kept, '--stop', '--yes')
    assert.deepEqual([stopped.status, stopped.json['paidBack']], [0, '0'])
    const back = await revoke(undone, '--yes')
    assert.deepEqual([back.status, BigInt(String(back.json['paidBack'])) > 0n], [0, true])
    const twice = await revoke(undone, '--yes')
    assert.deepEqual([twice.status, codeOf(twice)], [1, 'Chain.RecordStatusRefused'])
    const sales = (await run('record', 'sales')).json['sales'] as Record<string, string>[]
    const stateOf = (id: string) => sales.find((sale) => sale['recordId'] === id)?.['status']
    assert.deepEqual([stateOf(kept), stateOf(undone)], ['revoked', 'unwound'])

    const second = await collectBy(key)
    assert.deepEqual(
      [second.status, second.json['present'], second.json['stopped']],
      [0, [kept], [undone]],
    )
  })

  it('oracles answer a claim on chain, and take their shares when the window has ended', async () => {
    const { chain } = network
    const { dealBook, consentBook, medToken } = chain.contracts
    const deal = await openTestDeal(ground)
    const offering = await createOffering(ground, deal, 15)
    const certificate = await certified(offering)
    const consent = await ground.consent(offering, certificate)
    const settlements = [toSettlement(deal.terms, certificate, consent)]
    const [settled] = (await settle({ chain, relayer, deal, settlements })).settled
    assert.ok(settled)
    await claimDelivery({ chain, account: ground.consumer, record: settled.record })
    const posted = await eventually(async () => {
      const events = {
        abi: [...dealBookAbi, ...consentBookAbi],
        eventName: 'DeliveryPosted',
        fromBlock: 0n,
      } as const
      const logs = await chain.client.getContractEvents({
        ...events,
        address: [dealBook, consentBook] as never,
        args: { recordId: settled.recordId },
      })
      return logs.length === settled.record.shares.length ? logs : undefined
    })
    const { envelope } = (posted[0] as unknown as { args: { envelope: `0x${string}` } }).args
    const context = releaseContext({
      chainId: chain.chainId,
      dealBook,
      recordId: settled.recordId,
      consumer: ground.consumer.address,
    })
    const wrapped = Envelope.parse(JSON.parse(new TextDecoder().decode(fromHex(envelope))))
    assert.equal(
      (
        await Envelope.unwrap({
          envelope: wrapped,
          privateKey: ground.consumerKey.privateKey,
          context,
        })
      ).length,
      32,
    )

    await Anvil.advanceTime(chain.client, 3 * deal.terms.deliveryWindow)
    const { price } = settled.record
    for (const { oracle, amount } of settled.record.shares) {
      const read = {
        address: medToken,
        abi: medTokenAbi,
        functionName: 'balanceOf',
        args: [oracle],
      } as const
      const balance = await eventually(async () => {
        const held = await chain.client.readContract(read)
        // The share, and the part of the bond that the answer earned.
        return held >= amount + bondPart({ price }) ? held : undefined
      })
      assert.ok(balance >= amount + bondPart({ price }))
    }
  })

  it('an operator registers, is admitted, funded and withdraws by the command line', async (t) => {
    const name = 'oracle-newcomer'
    const operator = await registerByVerbs(t, home, { name, med: '0' })
    assert.deepEqual(
      (await wrongOf(home, operator)).map(({ what }) => what.split(':')[0]),
      ['deals may name it', 'it is ready'],
    )
    const admitted = await runJson(home, 'oracle', 'admit', operator)
    assert.equal(admitted.status, 0)
    assert.equal(codeOf(await runJson(home, 'oracle', 'admit', operator)), 'Oracle.Admitted')
    await eventually(async () => (await wrongOf(home, operator)).length === 0 || undefined)
    await moveFunds(home, operator, name)
  })

  it('no log holds a record, a key or a token', async () => {
    const token = readFileSync(join(home, 'issuer', 'operator-token'), 'utf8').trim()
    const { bundle } = Generator.patient({
      seed: 11,
      asOf: ground.asOf,
      condition: 'diabetes',
      resources: 60,
    })
    const text = CanonicalJson.stringify(bundle)
    const family = /"family":"([^"]+)"/.exec(text)?.[1] ?? MARK
    for (const file of readdirSync(join(home, 'logs'))) {
      const log = readFileSync(join(home, 'logs', file), 'utf8')
      for (const secret of [token, MARK, family]) assert.ok(!log.includes(secret), file)
    }
  })
})
