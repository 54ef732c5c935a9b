import { call } from '@ambrosia/api/client/call'
import { createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { storeRoutes } from '@ambrosia/api/store/routes'
import * as Credential from '@ambrosia/credentials/Credential'
import * as HolderBinding from '@ambrosia/credentials/HolderBinding'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Consent from '@ambrosia/exchange/Consent'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import * as SignedPermission from '@ambrosia/exchange/permission/SignedPermission'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import * as Submission from '@ambrosia/exchange/Submission'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import { fromHex, type Hex, random, toBase64url } from '@ambrosia/primitives/Bytes'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type Change, changesOf, type Deviation, jsonChangesOf, otherOf } from './Deviation.ts'
import type { Scene } from './prepareScene.ts'
import { judgeOnChain } from './relayer.ts'

const stranger = privateKeyToAccount(generatePrivateKey())

/** A provider who wants to be paid for what is not so, or twice, or without being bound. */
export async function providerDeviations(scene: Scene): Promise<Deviation[]> {
  return [
    ...submissions(scene),
    ...permissions(scene),
    ...receipts(scene),
    ...proofs(scene),
    ...tickets(scene),
    ...consents(scene),
  ]
}

type Json = Record<string, unknown>

/** Sends JSON to an oracle as it is, past the client that would refuse to. */
function sendBody({ network }: Scene, json: Json, oracle = 0): Promise<unknown> {
  const url = network.file.services.oracles[oracle] as string
  const service = { name: 'oracle', url, fetch, now: Date.now }
  return call(service, oracleRoutes.submit, { body: json })
}

function jsonOf({ body }: Scene): Json {
  return JSON.parse(JSON.stringify(SubmissionBody.toJson(body))) as Json
}

/** The submission changed, and signed by all that a provider has the keys of. */
async function signedAgain(scene: Scene, change: Change): Promise<Json> {
  const { body, offering, sealed, domain } = scene
  const submission = { ...body.submission, [change.name]: change.value } as Submission.Submission
  const header = fromHex(Submission.hash(submission, domain))
  const { shared, oracleOnly } = sealed.selected.pointers
  return SubmissionBody.toJson({
    ...body,
    submission,
    providerSignature: await offering.account.signTypedData(
      Submission.toTypedData(submission, domain),
    ),
    holderSignature: toBase64url(HolderBinding.sign(offering.holderKey, header)),
    presentation: await Credential.deriveBbs({
      signed: offering.record.credential,
      selectivePointers: [...shared, ...oracleOnly],
      presentationHeader: header,
      loader: offering.loader,
    }),
  })
}

function submissions(scene: Scene): Deviation[] {
  const { submission } = scene.body
  const json = jsonOf(scene)
  const message = 'Submission'
  const by = 'oracle'
  return [
    ...jsonChangesOf(Submission.schema, json['submission'] as Json).map(({ name, how, value }) => ({
      message,
      change: `${name} ${how}`,
      by,
      attempt: () =>
        sendBody(scene, {
          ...json,
          submission: { ...(json['submission'] as Json), [name]: value },
        }),
    })),
    ...changesOf(Submission.schema, submission).map((change) => ({
      message,
      change: `${change.name} ${change.how}, signed again`,
      by,
      attempt: async () => sendBody(scene, await signedAgain(scene, change)),
      ...(change.name === 'nonce' || (change.name === 'asOf' && change.how === 'another')
        ? { harmless: 'the same offer once more, answered with its certificate' }
        : {}),
    })),
    { message, change: 'sent to another oracle', by, attempt: () => sendBody(scene, json, 1) },
    {
      message,
      change: 'another body under a nonce that was used',
      by,
      attempt: async () => {
        await sendBody(scene, json)
        const { signature } = scene.permission
        await sendBody(scene, { ...json, providerSignature: signature })
      },
    },
  ]
}

function permissions(scene: Scene): Deviation[] {
  const { permission: signed } = scene
  const json = jsonOf(scene)
  const own = json['permission'] as Json
  const message = 'PermissionToCheck'
  const sendSigned = async ({ name, value }: Change): Promise<unknown> => {
    const { permission, words } = signed
    const changed = { ...permission, [name]: value } as PermissionToCheck.PermissionToCheck
    const typedData = PermissionToCheck.toTypedData(changed, scene.domain)
    const signature = await scene.offering.account.signTypedData(typedData)
    const sent = SignedPermission.toJson({ permission: changed, words, signature })
    return await sendBody(scene, { ...json, permission: sent })
  }
  return [
    ...jsonChangesOf(PermissionToCheck.schema, own['permission'] as Json).map(
      ({ name, how, value }) => ({
        message,
        change: `${name} ${how}`,
        by: 'oracle',
        attempt: () => {
          const changed = { ...(own['permission'] as Json), [name]: value }
          return sendBody(scene, { ...json, permission: { ...own, permission: changed } })
        },
      }),
    ),
    ...changesOf(PermissionToCheck.schema, signed.permission).map((change) => ({
      message,
      change: `${change.name} ${change.how}, signed again`,
      by: 'oracle',
      attempt: () => sendSigned(change),
      ...(['asOf', 'oracles'].includes(change.name) && change.how === 'another'
        ? { harmless: 'the oracle that is asked is still named' }
        : {}),
    })),
    {
      message,
      change: 'other words than were signed',
      by: 'oracle',
      attempt: () => {
        const words = { ...(own['words'] as Json), sentences: ['I allow everything.'] }
        return sendBody(scene, { ...json, permission: { ...own, words } })
      },
    },
  ]
}

function receipts(scene: Scene): Deviation[] {
  const json = jsonOf(scene)
  const own = json['receipt'] as Json
  return [
    ...jsonChangesOf(StorageReceipt.schema, own).map(({ name, how, value }) => ({
      message: 'StorageReceipt',
      change: `${name} ${how}`,
      by: 'oracle',
      attempt: () => sendBody(scene, { ...json, receipt: { ...own, [name]: value } }),
    })),
    ...changesOf(StorageReceipt.schema, scene.body.receipt).map(({ name, how, value }) => ({
      message: 'StorageReceipt',
      change: `${name} ${how}, signed by the provider`,
      by: 'oracle',
      attempt: async () => {
        const receipt = { ...scene.body.receipt, [name]: value } as StorageReceipt.StorageReceipt
        const typedData = StorageReceipt.toTypedData(receipt, scene.domain)
        const receiptSignature = await scene.offering.account.signTypedData(typedData)
        const sent = { ...json, receipt: StorageReceipt.toJson(receipt), receiptSignature }
        return await sendBody(scene, sent)
      },
    })),
  ]
}

/** Signatures, presentation and manifest, which have no schema of one message. */
function proofs(scene: Scene): Deviation[] {
  const json = jsonOf(scene)
  const presentation = json['presentation'] as Json
  const manifest = json['manifest'] as Json
  const other = Keys.createHolderKey(random)
  const header = fromHex(Submission.hash(scene.body.submission, scene.domain))
  const send = (message: string, change: string, members: Json): Deviation => ({
    message,
    change,
    by: 'oracle',
    attempt: () => sendBody(scene, { ...json, ...members }),
  })
  return [
    ...Object.keys(presentation).flatMap((name) => [
      send('presentation', `${name} left out`, {
        presentation: { ...presentation, [name]: undefined },
      }),
      send('presentation', `${name} another`, {
        presentation: { ...presentation, [name]: otherOf(presentation[name] as never) },
      }),
    ]),
    ...Object.keys(presentation['credentialSubject'] as Json).map((name) =>
      send('presentation', `credentialSubject.${name} another`, {
        presentation: {
          ...presentation,
          credentialSubject: {
            ...(presentation['credentialSubject'] as Json),
            [name]: otherOf((presentation['credentialSubject'] as Json)[name] as never),
          },
        },
      }),
    ),
    ...Object.keys(manifest).map((name) =>
      send('manifest', `${name} another`, {
        manifest: { ...manifest, [name]: otherOf(manifest[name] as never) },
      }),
    ),
    send('submission body', 'signed by a holder of another key', {
      holderSignature: toBase64url(HolderBinding.sign(other, header)),
    }),
    ...['providerSignature', 'receiptSignature'].map((name) =>
      send('submission body', `${name} another`, { [name]: otherOf(json[name] as Hex) }),
    ),
  ]
}

function tickets(scene: Scene): Deviation[] {
  const { network, store, offering, sealed, permission } = scene
  const { account, deal } = offering
  const service = { name: 'store', url: network.file.services.store, fetch, now: Date.now }
  const { offer } = sealed
  const body = {
    dealId: deal.dealId,
    manifestHash: offer.manifestHash,
    contentAddress: offer.contentAddress,
    sizeBytes: offer.sealed.length,
    permission: PermissionToCheck.toJson(permission.permission),
    permissionSignature: permission.signature,
  }
  const ask = async (changed: Json, signer = account): Promise<{ ticket: string }> => {
    const signing = {
      signer,
      chainId: network.file.chainId,
      audience: await store.account(),
    }
    return await call(service, storeRoutes.askTicket, { body: changed as never, signing })
  }
  const { schema } = storeRoutes.askTicket.body
  const upload = async (sealedBytes: Uint8Array, bearer?: string): Promise<unknown> => {
    const { ticket } = await ask(body)
    const params = { cid: offer.contentAddress }
    return await call(service, storeRoutes.upload, {
      params,
      body: sealedBytes,
      bearer: bearer ?? ticket,
    })
  }
  const flipped = offer.sealed.map((byte, index) => (index === 100 ? byte ^ 1 : byte))
  const by = 'store'
  return [
    ...jsonChangesOf(schema as never, body).map(({ name, how, value }) => ({
      message: 'ticket',
      change: `${name} ${how}`,
      by,
      attempt: () => ask({ ...body, [name]: value }),
      // What is uploaded has to keep both.
      ...(name === 'contentAddress' || name === 'sizeBytes'
        ? { harmless: 'leave to upload that, which its size and digest must keep' }
        : {}),
    })),
    { message: 'upload', change: 'one byte another', by, attempt: () => upload(flipped) },
    { message: 'upload', change: 'cut', by, attempt: () => upload(offer.sealed.slice(0, 500)) },
    {
      message: 'upload',
      change: 'longer',
      by,
      attempt: () => upload(new Uint8Array(offer.sealed.length + 1)),
    },
    {
      message: 'upload',
      change: 'without a ticket of the store',
      by,
      attempt: () => upload(offer.sealed, 'A'.repeat(43)),
    },
    {
      message: 'blob',
      change: 'read by the provider of it',
      by,
      attempt: () => store.download(account, offer.contentAddress, offer.sealed.length),
    },
    {
      message: 'submission',
      change: 'asked for by an id that is not theirs',
      by: 'oracle',
      attempt: () =>
        createOracleClient({
          url: network.file.services.oracles[0] as string,
          fetch,
          now: Date.now,
        }).read(`0x${'12'.repeat(32)}`),
    },
  ]
}

/** What a provider may choose in a consent, of their own right. */
const OWN_CHOICES: Readonly<Record<string, string>> = {
  minimumNet: 'the least they want',
  payout: 'where they want to be paid',
  answersHash: 'their answers',
  maximumRelayerFee: 'what they give a relayer',
  consentUntil: 'how long they consent, within the terms',
  signedUntil: 'how long their signature holds',
}

function consents(scene: Scene): Deviation[] {
  const { settlement, offering, domain } = scene
  const changes = changesOf(Consent.schema, settlement.consent)
  const by = 'DealBook'
  const message = 'Consent'
  return [
    ...changes.map(({ name, how, value }) => ({
      message,
      change: `${name} ${how}`,
      by,
      attempt: () =>
        judgeOnChain(scene, {
          consent: { ...settlement.consent, [name]: value } as Consent.Consent,
        }),
    })),
    ...changes.map(({ name, how, value }) => ({
      message,
      change: `${name} ${how}, signed again`,
      by,
      attempt: async () => {
        const consent = { ...settlement.consent, [name]: value } as Consent.Consent
        const typedData = Consent.toTypedData(consent, domain)
        const consentSignature = await offering.account.signTypedData(typedData)
        return await judgeOnChain(scene, { consent, consentSignature })
      },
      ...(OWN_CHOICES[name] === undefined ? {} : { harmless: OWN_CHOICES[name] as string }),
    })),
    {
      message,
      change: 'signed by a stranger',
      by,
      attempt: async () => {
        const typedData = Consent.toTypedData(settlement.consent, domain)
        return await judgeOnChain(scene, {
          consentSignature: await stranger.signTypedData(typedData),
        })
      },
    },
  ]
}
