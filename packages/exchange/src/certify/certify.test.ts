import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as HolderBinding from '@ambrosia/credentials/HolderBinding'
import * as Keys from '@ambrosia/credentials/Keys'
import { fromHex, random, toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import * as Seal from '@ambrosia/sealing/Seal'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { dealBookDomain } from '../messages/Message.ts'
import { createSubmission } from '../offer/createSubmission.ts'
import { sealOffer } from '../offer/sealOffer.ts'
import { sealContext } from '../SealContext.ts'
import * as StorageReceipt from '../StorageReceipt.ts'
import * as Submission from '../Submission.ts'
import type { SubmissionBody } from '../SubmissionBody.ts'
import { forgedCredential } from '../testing/forgedCredential.ts'
import { createSetting, permit } from '../testing/submissionSetting.ts'
import { certify } from './certify.ts'

type Setting = Awaited<ReturnType<typeof createSetting>>
type Context = Setting['context']

let setting: Setting

before(async () => {
  setting = await createSetting(20_000)
})

const stranger = privateKeyToAccount(generatePrivateKey())

/** Refused with this code, and without a word of what is inside. */
async function refuses(
  code: string,
  body: SubmissionBody,
  context: Partial<Context> | object = {},
): Promise<void> {
  await assert.rejects(
    certify(body, { ...setting.context, ...context }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message)
      for (const resource of setting.parts.record.resources) {
        assert.ok(!error.message.includes(resource.text.slice(0, 60)))
      }
      return true
    },
  )
}

/** The submission with changed fields, signed again by those who must. */
async function resigned(
  change: Partial<Submission.Submission>,
  domain = setting.domain,
): Promise<SubmissionBody> {
  const submission = { ...setting.body.submission, ...change }
  const header = fromHex(Submission.hash(submission, domain))
  return {
    ...setting.body,
    submission,
    providerSignature: await setting.parts.account.signTypedData(
      Submission.toTypedData(submission, domain),
    ),
    holderSignature: toBase64url(HolderBinding.sign(setting.parts.holderKey, header)),
  }
}

async function withReceipt(
  change: Partial<StorageReceipt.StorageReceipt>,
  signer = setting.parts.storeAccount,
): Promise<SubmissionBody> {
  const receipt = { ...setting.body.receipt, ...change }
  return {
    ...setting.body,
    receipt,
    receiptSignature: await signer.signTypedData(
      StorageReceipt.toTypedData(receipt, setting.domain),
    ),
  }
}

describe('certify', () => {
  it('the certificate says what was judged, and nothing of the oracle or its clock', async () => {
    const { certificate, quality } = await certify(setting.body, setting.context)
    assert.equal(certificate.dealId, setting.deal.dealId)
    assert.equal(certificate.provider, setting.parts.account.address)
    assert.equal(certificate.manifestHash, setting.offer.manifestHash)
    assert.equal(certificate.score, quality.score)
    assert.equal(certificate.validUntil, certificate.asOf + BigInt(setting.terms.certificateLife))
    const later = { ...setting.context, nowSec: () => setting.parts.asOfSec + 200n }
    assert.deepEqual((await certify(setting.body, later)).certificate, certificate)
  })

  it('limit: asOf 300 seconds from the clock passes, 301 does not', async () => {
    const { asOfSec } = setting.parts
    for (const skew of [300n, -300n]) {
      await certify(setting.body, { ...setting.context, nowSec: () => asOfSec + skew })
    }
    for (const skew of [301n, -301n]) {
      await refuses('Submission.Refused', setting.body, { nowSec: () => asOfSec + skew })
    }
  })

  it('gives one answer to everything before the presentation is verified', async () => {
    const { deals } = setting.context
    const refused = 'Submission.Refused'
    const { submission } = setting.body
    await refuses(refused, setting.body, { deals: { ...deals, find: async () => undefined } })
    await refuses(refused, setting.body, {
      deals: { ...deals, status: async () => ({ isOpen: false, stoppedAtSec: 1n }) },
    })
    const stoppedBefore = { isOpen: true, stoppedAtSec: submission.asOf - 1n }
    await refuses(refused, setting.body, { deals: { ...deals, status: async () => stoppedBefore } })
    await refuses(refused, setting.body, { validatorHash: toHex(random(32)) })
    await refuses(refused, await resigned({ oracle: stranger.address }))
    await refuses(refused, await resigned({ criteriaHash: toHex(random(32)) }))
    await refuses(refused, await resigned({ manifestHash: toHex(random(32)) }))
    await refuses(refused, await resigned({ provider: stranger.address }))
    await refuses(refused, await resigned({}, dealBookDomain(1, setting.deal.dealBook)))
    await refuses(
      refused,
      await resigned({}, dealBookDomain(setting.deal.chainId, stranger.address)),
    )
  })

  it('refuses a presentation replayed under another nonce, or signed by another holder', async () => {
    await refuses('Submission.Refused', await resigned({ nonce: toHex(random(32)) }))
    const header = fromHex(Submission.hash(setting.body.submission, setting.domain))
    const thief = HolderBinding.sign(Keys.createHolderKey(random), header)
    await refuses('Submission.Refused', { ...setting.body, holderSignature: toBase64url(thief) })
    const forged = structuredClone(setting.body.presentation) as {
      credentialSubject: Record<string, unknown>
    }
    forged.credentialSubject['condition1'] = '38341003'
    await refuses('Submission.Refused', { ...setting.body, presentation: forged })
  })

  it('refuses receipts of other stores, sizes, deals, manifests, or too short', async () => {
    const { receipt } = setting.parts
    const refused = 'Submission.Refused'
    await refuses(refused, await withReceipt({ store: stranger.address }, stranger as never))
    await refuses(refused, await withReceipt({ sizeBytes: receipt.sizeBytes + 1n }))
    await refuses(refused, await withReceipt({ dealId: toHex(random(32)) }))
    await refuses(refused, await withReceipt({ manifestHash: toHex(random(32)) }))
    await refuses(refused, await withReceipt({ storedUntil: setting.parts.asOfSec }))
    await refuses(refused, await withReceipt({}, stranger as never))
  })

  it('refuses revoked, unknown list, tags over their cap, below quality', async () => {
    const listsAt = async () => ({ root: setting.deal.dealId, isRevoked: () => true })
    await refuses('Record.CredentialRevoked', setting.body, {
      listsAt,
    })
    const { deals } = setting.context
    await refuses('Record.AlreadySold', setting.body, {
      deals: { ...deals, isRecordSettled: async () => true },
    })
    await refuses('Record.PersonCapReached', setting.body, {
      deals: { ...deals, personCount: async () => 1 },
    })
    const terms = { ...setting.terms, tiers: [{ minimumScore: 101, price: 5n }] }
    const { criteria } = setting.deal
    const find = async () => ({ dealId: setting.deal.dealId, terms, criteria })
    await refuses('Record.BelowQuality', setting.body, { deals: { ...deals, find } })
  })

  it('refuses an issuer that the deal does not trust', async () => {
    const { deals } = setting.context
    const criteria = {
      ...setting.deal.criteria,
      issuers: ['did:ambrosia:31337:0000000000000000000000000000000000000009'],
    }
    const find = async () => ({ dealId: setting.deal.dealId, terms: setting.terms, criteria })
    await refuses('Record.IssuerNotTrusted', setting.body, { deals: { ...deals, find } })
  })

  it('refuses another record sealed under the same key, from a store that helps the provider', async () => {
    const { deal, parts, offer } = setting
    const [envelope] = offer.manifest.recipients
    assert.ok(envelope)
    const context = sealContext({ ...deal, provider: parts.account.address })
    const { privateKey } = parts.pair
    const dataKey = await Envelope.unwrap({ envelope, privateKey, context })
    const plaintext = await Seal.openBytes({ ciphertext: offer.sealed, dataKey, context })
    const other = await Seal.sealBytes({ plaintext, dataKey, context })
    await refuses('Record.WrongContent', setting.body, {
      fetchSealed: async function* () {
        yield other
      },
    })
  })

  it('refuses ciphertext with a changed byte, cut, extended or of another record', async () => {
    const { sealed } = setting.offer
    const serve = (bytes: Uint8Array) => ({
      fetchSealed: async function* () {
        yield bytes
      },
    })
    const flipped = sealed.slice()
    flipped[1000] = (flipped[1000] as number) ^ 1
    await refuses('Seal.Tampered', setting.body, serve(flipped))
    await refuses('Seal.Truncated', setting.body, serve(sealed.subarray(0, sealed.length - 20_000)))
    await assert.rejects(
      certify(setting.body, { ...setting.context, ...serve(new Uint8Array([...sealed, 0])) }),
      /Seal\.|seal/i,
    )
  })

  it('refuses an envelope swapped for that of another record, or for another oracle', async () => {
    const { record, selected, account, loader, randomBytes, oracle, pair } = setting.parts
    const other = await sealOffer({
      record,
      selected,
      deal: setting.deal,
      provider: stranger.address,
      oracles: [{ ...oracle, publicKey: pair.publicKey }],
      loader,
      randomBytes,
    })
    const swapped = Manifest.create({
      ...setting.offer.manifest,
      recipients: other.manifest.recipients,
    })
    await refuses('Envelope.Refused', await submitted(swapped, account))
    const misnamed = setting.offer.manifest.recipients.map((recipient) => ({
      ...recipient,
      keyId: 'another',
    }))
    await refuses(
      'Record.NotRecipient',
      await submitted(
        Manifest.create({ ...setting.offer.manifest, recipients: misnamed }),
        account,
      ),
    )
  })

  it('refuses what the consumer could not collect: digests or claims hidden from presentation (b)', async () => {
    const { shared, oracleOnly } = setting.parts.selected.pointers
    const first = shared.find((one) => one.includes('resourceDigest')) as string
    const hidden = [/./, /resourceDigest/, new RegExp(`${first}$`), /condition1/, /birthYearBand/]
    for (const pattern of hidden) {
      const rest = shared.filter((one) => !pattern.test(one))
      assert.ok(rest.length < shared.length, String(pattern))
      const { body, context } = await offered({ pointers: { shared: rest, oracleOnly } })
      await refuses('Record.NotCollectable', body, context)
    }
    const { body, context } = await offered({})
    await certify(body, { ...setting.context, ...context })
  })

  it('refuses presentations that another key signed, and says nothing where (a) is one', async () => {
    const { record, loader } = setting.parts
    const forged = { ...record, credential: await forgedCredential(record.credential, loader) }
    const sealed = await offered({ sealed: forged })
    await refuses('Credential.ProofInvalid', sealed.body, sealed.context)
    for (const change of [{ shown: forged }, { shown: forged, sealed: forged }]) {
      const { body, context } = await offered(change)
      await refuses('Submission.Refused', body, context)
      // Nor of what comes after it: a store that gives nothing, a revoked credential.
      const listsAt = async () => ({ root: setting.deal.dealId, isRevoked: () => true })
      await refuses('Submission.Refused', body, { listsAt })
      await refuses('Submission.Refused', body, { fetchSealed: async function* () {} })
    }
  })

  it('refuses a credential that expires before its certificate: the consumer would come too late', async () => {
    const { deals } = setting.context
    const terms = { ...setting.terms, certificateLife: 86_400 - 60 }
    const { criteria, dealId } = setting.deal
    const find = async () => ({ dealId, terms, criteria })
    await refuses('Record.ExpiresTooSoon', setting.body, { deals: { ...deals, find } })
  })

  /**
   * A submission whose sealed presentation (b) shows other things than presentation (a), and the
   * store that has it.
   */
  async function offered(change: {
    pointers?: Setting['parts']['selected']['pointers']
    sealed?: Setting['parts']['record']
    shown?: Setting['parts']['record']
  }) {
    const { record, selected, account, loader, randomBytes, oracle, pair } = setting.parts
    const { pointers = selected.pointers, sealed = record, shown = record } = change
    const offer = await sealOffer({
      record: sealed,
      selected: { ...selected, pointers },
      deal: setting.deal,
      provider: account.address,
      oracles: [{ ...oracle, publicKey: pair.publicKey }],
      loader,
      randomBytes,
    })
    const { domain, parts } = setting
    const receipt = {
      ...parts.receipt,
      manifestHash: offer.manifestHash,
      sizeBytes: BigInt(offer.manifest.sizeBytes),
    }
    const body = await createSubmission({
      ...parts,
      record: shown,
      offer,
      deal: setting.deal,
      receipt,
      receiptSignature: await parts.storeAccount.signTypedData(
        StorageReceipt.toTypedData(receipt, domain),
      ),
      oracle: oracle.operator,
      selected,
      permission: await permit({ ...setting, offer }),
    })
    const fetchSealed = async function* () {
      yield offer.sealed
    }
    return { body, context: { fetchSealed } }
  }

  /** A whole submission over a manifest of the attacker's making. */
  async function submitted(
    manifest: Manifest.Manifest,
    account: Setting['parts']['account'],
  ): Promise<SubmissionBody> {
    const { record, selected, holderKey, storeAccount, loader, asOfSec, oracle } = setting.parts
    const manifestHash = Manifest.hash(manifest)
    const receipt = { ...setting.body.receipt, manifestHash }
    return await createSubmission({
      record,
      selected,
      offer: { ...setting.offer, manifest, manifestHash },
      deal: setting.deal,
      account,
      permission: await permit(setting, { manifestHash }),
      holderKey,
      receipt,
      receiptSignature: await storeAccount.signTypedData(
        StorageReceipt.toTypedData(receipt, setting.domain),
      ),
      oracle: oracle.operator,
      asOfSec,
      loader,
    })
  }
})
