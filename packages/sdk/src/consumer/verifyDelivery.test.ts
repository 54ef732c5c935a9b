import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as DidKey from '@ambrosia/credentials/DidKey'
import { toBundleText } from '@ambrosia/exchange/IssuedRecord'
import * as Payload from '@ambrosia/exchange/Payload'
import { sealContext } from '@ambrosia/exchange/SealContext'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Seal from '@ambrosia/sealing/Seal'
import { parseProof } from './parseProof.ts'
import { type DeliveryProof, verifyDelivery } from './verifyDelivery.ts'

type Setting = Awaited<ReturnType<typeof createSetting>>

describe('a delivery is checked without trusting an oracle', () => {
  let setting: Setting
  let payload: Payload.Payload
  let proof: DeliveryProof
  let bundleText: string

  before(async () => {
    setting = await createSetting(8_000)
    const { deal, parts, offer, context } = setting
    const seal = sealContext({ ...deal, provider: parts.account.address })
    const [envelope] = offer.manifest.recipients
    assert.ok(envelope)
    const dataKey = await Envelope.unwrap({
      envelope,
      privateKey: context.self.privateKey,
      context: seal,
    })
    payload = Payload.decode(
      await Seal.openBytes({ ciphertext: offer.sealed, dataKey, context: seal }),
    )
    const issuer = String(payload.presentation['issuer'])
    proof = {
      version: 1,
      chainId: deal.chainId,
      dealBook: deal.dealBook,
      dealId: deal.dealId,
      recordId: toHex(new Uint8Array(32)),
      consumer: deal.consumer,
      settledAt: new Date(Number(parts.asOfSec) * 1000).toISOString(),
      criteria: deal.criteria,
      resources: payload.resources.map(({ salt }) => ({ salt })),
      presentation: payload.presentation,
      issuerDocument: DidKey.toDidDocument(issuer),
    }
    bundleText = toBundleText(payload.resources)
  })

  const verify = (change: { bundle?: string; proof?: Partial<DeliveryProof> } = {}) =>
    verifyDelivery({
      bundleText: change.bundle ?? bundleText,
      proof: { ...proof, ...change.proof },
      loader: setting.parts.loader,
    })

  it('every resource is the one the issuer signed', async () => {
    const verified = await verify()
    assert.equal(verified.resourceCount, payload.resources.length)
    assert.equal(verified.issuerKey, 'proof')
    assert.equal(verified.claims['subjectHandle'], undefined)
    assert.equal(verified.claims['holder'], undefined)
  })

  it('white space in the file does not matter', async () => {
    const spaced = bundleText.replaceAll('":', '" : ')
    assert.equal((await verify({ bundle: spaced })).resourceCount, payload.resources.length)
  })

  it('refuses a changed digit, a resource left out, doubled, swapped, or another salt', async () => {
    const changed = { code: 'Delivery.Changed' }
    await assert.rejects(verify({ bundle: bundleText.replace(/("value":)(\d)/, '$19$2') }), changed)
    const [first, second, ...rest] = payload.resources
    assert.ok(first && second)
    for (const resources of [
      [first, ...rest],
      [first, first, ...rest],
      [second, first, ...rest],
      [],
    ]) {
      await assert.rejects(verify({ bundle: toBundleText(resources) }), changed)
    }
    const salts = [...proof.resources]
    salts[0] = { salt: 'AAAAAAAAAAAAAAAAAAAAAA' }
    await assert.rejects(verify({ proof: { resources: salts } }), changed)
  })

  it('refuses another deal, consumer, chain or contract', async () => {
    const other = toHex(new Uint8Array(32).fill(9))
    const account = toHex(new Uint8Array(20).fill(9))
    for (const change of [
      { dealId: other },
      { consumer: account },
      { dealBook: account },
      { chainId: 1 },
    ]) {
      await assert.rejects(
        verify({ proof: change }),
        { code: 'Delivery.Changed' },
        JSON.stringify(Object.keys(change)),
      )
    }
  })

  it('refuses an issuer that the criteria do not name, a forged claim, another key', async () => {
    const criteria = { ...proof.criteria, issuers: ['did:example:other'] }
    await assert.rejects(verify({ proof: { criteria } }), { code: 'Delivery.IssuerNotTrusted' })
    const forged = structuredClone(proof.presentation) as {
      credentialSubject: Record<string, unknown>
    }
    forged.credentialSubject['condition1'] = '38341003'
    await assert.rejects(
      verify({ proof: { presentation: forged } }),
      (error: Error & { code: string }) => error.code.startsWith('Credential.'),
    )
  })

  it('refuses files that are not a proof', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{}',
      JSON.stringify({ ...proof, version: 2 }),
      JSON.stringify({ ...proof, dealId: '0x1' }),
      JSON.stringify({ ...proof, resources: [{}] }),
      JSON.stringify({ ...proof, recordId: { toString: 1, valueOf: null } }),
      JSON.stringify({ ...proof, settledAt: [] }),
    ]) {
      assert.throws(() => parseProof(text), { code: 'Delivery.MalformedProof' }, text.slice(0, 20))
    }
    assert.equal(parseProof(JSON.stringify(proof)).dealId, proof.dealId)
  })
})
