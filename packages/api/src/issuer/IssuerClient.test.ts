import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUtf8, type Hex, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { ACCOUNT, bytes, description, fakeService, json, refusal } from '../testing/fakeService.ts'
import { createIssuerClient, readStatusList } from './IssuerClient.ts'
import { issuerRoutes } from './routes.ts'

const url = 'https://issuer.example'
const did = `did:ambrosia:31337:${'1'.repeat(40)}`
const word = (byte: number): Hex => toHex(new Uint8Array(32).fill(byte))
const now = () => 1_800_000_000_000
const creation = {
  firstController: ACCOUNT,
  salt: word(0),
  document: {
    controller: ACCOUNT,
    verificationMethods: [{ fragment: 'bbs-1', purposes: 2, multikey: '0xeb01' }],
    services: [
      { fragment: 'status', serviceType: 'BitstringStatusList', endpoint: `${url}/v1/status/1` },
    ],
  },
  deadline: '1800003600',
  signature: `0x${'1b'.repeat(65)}`,
}
const issued = {
  record: {
    version: 1,
    form: 'safe-harbor',
    credential: { type: ['VerifiableCredential'], nested: { kept: [1] } },
    resources: [{ salt: 'A'.repeat(22), text: '{"resourceType":"Patient"}' }],
  },
  claimCount: 1,
  digestCount: 1,
  statusIndex: 9,
  report: { removed: 3, kept: 1, rules: [], resourcesDropped: [] },
}

const clientOf = (answers: Parameters<typeof fakeService>[0]) => {
  const { fetch, asked } = fakeService(answers)
  return { client: createIssuerClient({ url, operatorToken: 'operator', fetch, now }), asked }
}

describe('IssuerClient', () => {
  it('reads who the issuer is, and the message that puts its DID on chain', async () => {
    const more = { did, statusPeriodSec: 300, creation }
    const { client } = clientOf({ 'GET /v1/service': () => description('issuer', more) })
    const service = await client.service()
    assert.deepEqual([service.did, service.statusPeriodSec], [did, 300])
    assert.deepEqual(service.creation, creation)
    for (const wrong of [
      { ...more, did: 'did:example:x' },
      { ...more, creation: { ...creation, deadline: 'soon' } },
    ]) {
      const { client: wronged } = clientOf({
        'GET /v1/service': () => description('issuer', wrong),
      })
      await assert.rejects(wronged.service(), { code: 'Service.Malformed' })
    }
  })

  it('issues a Bundle as the operator, and takes only what is a record', async () => {
    const { client, asked } = clientOf({ 'POST /v1/records': () => json(issued, 201) })
    const answer = await client.issue(
      fromUtf8('{"resourceType":"Bundle"}'),
      'did:key:z6Mk',
      'safe-harbor',
    )
    assert.deepEqual(answer, issued)
    const [one] = asked
    assert.equal(one?.target, '/v1/records?holder=did%3Akey%3Az6Mk&form=safe-harbor')
    assert.equal(one?.headers['authorization'], 'Bearer operator')
    assert.equal(one?.headers['content-type'], 'application/fhir+json')
    assert.equal(toUtf8(one?.body as Uint8Array), '{"resourceType":"Bundle"}')
    for (const record of [
      { ...issued.record, form: 'other' },
      { ...issued.record, resources: [] },
      { ...issued.record, resources: [{ salt: '', text: '{}' }] },
      { ...issued.record, more: 1 },
    ]) {
      const { client: wronged } = clientOf({
        'POST /v1/records': () => json({ ...issued, record }, 201),
      })
      await assert.rejects(wronged.issue(fromUtf8('{}'), 'h', 'safe-harbor'), {
        code: 'Service.Malformed',
      })
    }
  })

  it('revokes by the status index', async () => {
    const { client, asked } = clientOf({
      'POST /v1/status/1/9/revoke': () => new Response(null, { status: 204 }),
      'POST /v1/status/1/8/revoke': () => refusal('Status.UnknownEntry', 404),
    })
    await client.revoke(9)
    assert.equal(asked[0]?.body, undefined)
    await assert.rejects(client.revoke(8), { code: 'Status.UnknownEntry' })
  })

  it('names a token that is wrong as the issuer does', async () => {
    const { client } = clientOf({ 'POST /v1/records': () => refusal('Issuer.NotOperator', 401) })
    await assert.rejects(client.issue(fromUtf8('{}'), 'h', 'safe-harbor'), {
      code: 'Issuer.NotOperator',
    })
  })
})

describe('readStatusList', () => {
  it('asks the URL that the DID document names for an epoch, and keeps the bytes', async () => {
    const { fetch, asked } = fakeService({
      'GET /lists/7': () => bytes('{ "a": 1 }', 'application/vc'),
    })
    const read = await readStatusList({ url: `${url}/lists/7`, epochSec: 600, fetch, now })
    assert.equal(toUtf8(read), '{ "a": 1 }')
    assert.equal(asked[0]?.target, '/lists/7?epoch=600')
    assert.equal(asked[0]?.headers['authorization'], undefined)
  })

  it('refuses a list that is too large, or of another epoch', async () => {
    const large = new Uint8Array(issuerRoutes.statusList.answer.limitBytes + 1)
    const { fetch } = fakeService({
      'GET /large': () => bytes(large, 'application/vc'),
      'GET /fits': () => bytes(large.subarray(1), 'application/vc'),
      'GET /past': () => refusal('Status.UnknownEpoch', 404),
    })
    const read = (path: string) => readStatusList({ url: `${url}${path}`, epochSec: 0, fetch, now })
    assert.equal((await read('/fits')).length, issuerRoutes.statusList.answer.limitBytes)
    await assert.rejects(read('/large'), { code: 'Service.TooLarge' })
    await assert.rejects(read('/past'), { code: 'Status.UnknownEpoch' })
  })
})
