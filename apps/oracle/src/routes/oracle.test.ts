import assert from 'node:assert/strict'
import { before, describe, it, type TestContext } from 'node:test'
import { ServiceError } from '@ambrosia/api/client/errors'
import { askTagSecret, createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as CertificateBatch from '@ambrosia/exchange/CertificateBatch'
import { createSubmission } from '@ambrosia/exchange/offer/createSubmission'
import { batchCertificates } from '@ambrosia/exchange/quorum/CertificateBatch'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { createServer } from '@ambrosia/service/Frame'
import * as Metrics from '@ambrosia/service/Metrics'
import * as Server from '@ambrosia/service/Server'
import * as SignedRequest from '@ambrosia/service/SignedRequest'
import { createMemoryKeystore } from '@ambrosia/testing/createMemoryKeystore'
import { hash, newAccount } from '@ambrosia/testing/values'
import type { LocalAccount } from 'viem'
import { openTagSecret, readTagSecret } from '../enclave/tagSecret.ts'
import { fetchTagSecret } from '../tagSecret/fetchTagSecret.ts'
import { createOracle, registrationOf } from '../testing/createOracle.ts'
import { createHandlers } from './createHandlers.ts'

type Setting = Awaited<ReturnType<typeof createSetting>>

let setting: Setting

before(async () => {
  setting = await createSetting(8_000)
})

/** Of the setting's operator nobody has the key: `operator` is one that can sign. */
type StartOptions = { hasTagSecret?: boolean; operator?: LocalAccount }

async function start(t: TestContext, options: StartOptions = {}) {
  const test = await createOracle(t, setting, options)
  const { oracle } = test
  if (options.operator) oracle.operator = options.operator
  const app = await createServer(
    {
      name: 'oracle',
      description: '',
      log: oracle.log,
      metrics: Metrics.create({ service: 'oracle', withProcess: false }),
    },
    {
      routes: oracleRoutes,
      handlers: createHandlers(oracle),
      guards: (server) => ({
        account: SignedRequest.createHook(server, {
          database: oracle.database,
          chainId: oracle.chainId,
          service: oracle.operator.address,
          nowMs: oracle.now,
        }),
      }),
    },
  )
  const url = await Server.listen(app, { host: '127.0.0.1', port: 0 })
  t.after(() => app.close())
  const { now } = oracle
  return { ...test, url, client: createOracleClient({ url, fetch, now }) }
}

describe('an oracle', () => {
  it('says who it is and how it attests itself', async (t) => {
    const { client, oracle, keys } = await start(t)
    const service = await client.service()
    assert.equal(service.account.toLowerCase(), oracle.operator.address)
    assert.equal(service.signer, keys.signer.address)
    assert.deepEqual(
      [service.measurement, service.attestation],
      [oracle.described.measurement, 'software'],
    )
  })

  it('certifies a submission once, and gives the same certificate again', async (t) => {
    const { client, oracle, keys, knowDeal } = await start(t)
    await knowDeal()
    const [first, second] = await Promise.all([
      client.submit(setting.body),
      client.submit(setting.body),
    ])
    assert.deepEqual(first, second)
    const { certificate, signature } = first
    const { domain } = setting
    assert.ok(await Certificate.verify(certificate, domain, keys.signer.address, signature))
    assert.deepEqual(await client.read(first.id), first)
    const rows = await oracle.database.selectFrom('submission').selectAll().execute()
    assert.equal(rows.length, 1)
    assert.equal(rows[0]?.certificate_hash, Certificate.hash(certificate, domain))
    await assert.rejects(client.read(hash('other')), { code: 'Submission.Unknown' })
  })

  it('signs the root over certificates that it made, and over no other', async (t) => {
    const { client, oracle, keys, knowDeal } = await start(t)
    await knowDeal()
    const { certificate, signature } = await client.submit(setting.body)
    const { domain } = setting
    const made = Certificate.hash(certificate, domain)
    const { root, signature: over } = await client.certifyBatch([made])
    assert.equal(root, batchCertificates([made]).root)
    assert.ok(await CertificateBatch.verify({ root }, domain, keys.signer.address, over))
    await assert.rejects(client.certifyBatch([made, hash('other')]), {
      code: 'Certificate.Unknown',
    })
    // What the host puts beside the enclave's own signature counts for nothing.
    const foreign = { ...certificate, score: certificate.score + 1 }
    const signed = [{ certificate: foreign, signature }]
    await assert.rejects(oracle.enclave.certifyBatch(signed), { code: 'Certificate.Foreign' })
    await assert.rejects(client.certifyBatch([made, made]), { status: 400 })
    const many = Array.from({ length: 101 }, (_, index) => hash(`certificate ${index}`))
    await assert.rejects(client.certifyBatch(many), { status: 400 })
  })

  it('refuses another body under a used digest, and another submission under a used nonce', async (t) => {
    const { client, knowDeal } = await start(t)
    await knowDeal()
    await client.submit(setting.body)
    const presentation = { ...setting.body.presentation, id: 'urn:uuid:0' }
    await assert.rejects(client.submit({ ...setting.body, presentation }), {
      code: 'Submission.Refused',
    })
    const { parts, deal, offer, body } = setting
    const again = await createSubmission({
      ...parts,
      deal,
      offer,
      receiptSignature: body.receiptSignature,
      oracle: parts.oracle.operator,
      asOfSec: parts.asOfSec + 1n,
      // The nonce is what these bytes are first asked for.
      randomBytes: () => Buffer.from(body.submission.nonce.slice(2), 'hex'),
    })
    assert.equal(again.submission.nonce, body.submission.nonce)
    await assert.rejects(client.submit(again), { code: 'Submission.Refused' })
  })

  it('gives no certificate again once it has expired', async (t) => {
    const test = await start(t)
    await test.knowDeal()
    const { id } = await test.client.submit(setting.body)
    assert.ok(id)
    const late = Number(setting.parts.asOfSec) * 1000 + 3_601_000
    test.oracle.now = () => late
    await assert.rejects(test.client.submit(setting.body), { code: 'Submission.Refused' })
  })

  it('has one answer to all that is malformed, and to a deal that it does not know', async (t) => {
    const { client, url } = await start(t)
    await assert.rejects(client.submit(setting.body), { code: 'Submission.Refused' })
    for (const body of [
      '{}',
      '[]',
      '"x"',
      '{"submission":{}}',
      `{"manifest":${'[1],'.repeat(9)}1}`,
    ]) {
      const response = await fetch(`${url}/v1/submissions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      const { code } = (await response.json()) as { code: string }
      assert.ok(['Submission.Refused', 'Request.InvalidJson'].includes(code), `${body}: ${code}`)
    }
  })

  it('says what is wrong with a record once its sender is known', async (t) => {
    const { client, knowDeal, state } = await start(t)
    await knowDeal()
    state.slots = { isSettled: true, personCount: 0 }
    await assert.rejects(client.submit(setting.body), { code: 'Record.AlreadySold' })
    state.slots = { isSettled: false, personCount: 1 }
    await assert.rejects(client.submit(setting.body), { code: 'Record.PersonCapReached' })
  })

  it('tells a store that fails from a record that does, and none of the codes of the store', async (t) => {
    const { client, knowDeal, store } = await start(t)
    await knowDeal()
    store.failure = new AmbrosiaError('Service.Unreachable', 'no answer')
    await assert.rejects(client.submit(setting.body), { code: 'Store.Unreachable' })
    store.failure = new AmbrosiaError('Service.Malformed', 'not bytes')
    await assert.rejects(client.submit(setting.body), { code: 'Store.Unreachable' })
    store.failure = new ServiceError('Blob.Refused', 'no', 404)
    await assert.rejects(client.submit(setting.body), { code: 'Store.Refused' })
    store.failure = undefined
    await client.submit(setting.body)
  })

  it('certifies nothing before it has the tag secret', async (t) => {
    const test = await start(t, { hasTagSecret: false })
    await test.knowDeal()
    await assert.rejects(test.client.submit(setting.body), { code: 'Oracle.NotReady' })
  })

  it('hands the tag secret to an admitted operator, wrapped to the registered key', async (t) => {
    const test = await start(t, { operator: newAccount() })
    const { url, oracle, registered, keystore: ownKeystore } = test
    const operator = newAccount()
    const pair = await Envelope.createKeyPair()
    registered.push(registrationOf(operator.address, pair.publicKey))
    const keystore = createMemoryKeystore()
    const self = { operator: operator.address, privateKey: pair.privateKey }
    const { chainId, dealBook } = oracle
    await fetchTagSecret({
      peers: [{ operator: oracle.operator.address, endpoint: url }],
      enclave: {
        openTagSecret: (envelope) => openTagSecret({ envelope, self, chainId, dealBook, keystore }),
      },
      operator,
      chainId,
      dealBook,
      fetch,
      now: oracle.now,
    })
    assert.ok(readTagSecret(keystore))
    assert.deepEqual(readTagSecret(keystore), readTagSecret(ownKeystore))
  })

  it('hands the tag secret to nobody else', async (t) => {
    const test = await start(t)
    const { url, oracle, registered } = test
    const operator = newAccount()
    const ask = (signer = operator, audience = oracle.operator.address) =>
      askTagSecret({
        url,
        fetch,
        now: oracle.now,
        chainId: oracle.chainId,
        audience,
        operator: signer,
      })
    await assert.rejects(ask(), { code: 'TagSecret.NotForYou' })
    registered.push(registrationOf(operator.address, new Uint8Array(32), 'Suspended'))
    await assert.rejects(ask(), { code: 'TagSecret.NotForYou' })
    await assert.rejects(ask(operator, newAccount().address), {
      code: 'HttpSignature.WrongAudience',
    })
    const unsigned = await fetch(`${url}/v1/peers/tag-secret`, { method: 'POST' })
    assert.equal(((await unsigned.json()) as { code: string }).code, 'HttpSignature.Missing')
    test.oracle.enclave = { ...oracle.enclave, hasTagSecret: async () => false }
    registered[1] = registrationOf(operator.address, new Uint8Array(32).fill(9))
    await assert.rejects(ask(), { code: 'TagSecret.NotForYou' })
  })

  it('logs nothing of what it opens', async (t) => {
    const { client, knowDeal, lines } = await start(t)
    await knowDeal()
    await client.submit(setting.body)
    const log = lines.join('')
    for (const { text } of setting.parts.record.resources) {
      assert.ok(!log.includes(text.slice(30, 90)))
    }
    assert.ok(!log.includes(setting.body.holderSignature))
  })
})
