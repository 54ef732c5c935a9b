import { call } from '@ambrosia/api/client/call'
import { storeRoutes } from '@ambrosia/api/store/routes'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { reach } from '@ambrosia/chain/errors'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Release from '@ambrosia/exchange/Release'
import { releaseContext } from '@ambrosia/exchange/SealContext'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import * as Submission from '@ambrosia/exchange/Submission'
import { fromUtf8, type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { sha256 } from '@ambrosia/primitives/Hash'
import { viewOf } from '@ambrosia/sdk/provider/offerRecord'
import { submitOffer } from '@ambrosia/sdk/provider/submitOffer'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { changesOf, type Deviation, jsonChangesOf } from './Deviation.ts'
import type { Scene } from './prepareScene.ts'
import { judgeOnChain } from './relayer.ts'

/** An oracle that certifies what is not so, before anything is sold. */
export function oracleDeviations(scene: Scene): Deviation[] {
  const { certificate } = scene.certified
  const changes = changesOf(Certificate.schema, certificate)
  return [
    ...changes.map(({ name, how, value }) => ({
      message: 'Certificate',
      change: `${name} ${how}, signed by an admitted oracle`,
      by: 'client of the provider',
      attempt: () => certifyWith(scene, { [name]: value }),
      ...(OF_THE_JUDGEMENT.includes(name)
        ? { harmless: 'alone below the quorum, as the next rows show' }
        : {}),
    })),
    ...changes.map(({ name, how, value }) => ({
      message: 'Certificate',
      change: `${name} ${how}, beside an honest one`,
      by: 'DealBook',
      attempt: async () => {
        const changed = { ...certificate, [name]: value } as Certificate.Certificate
        const own = await scene.own.signer.signTypedData(
          Certificate.toTypedData(changed, scene.domain),
        )
        const [honest] = scene.settlement.oracleSignatures as [{ index: number; signature: Hex }]
        const index = scene.deal.terms.oracles.length - 1
        await judgeOnChain(scene, { oracleSignatures: [honest, { index, signature: own }] })
      },
    })),
  ]
}

/** What only an oracle judges: a client can't know it, and a quorum has to agree. */
const OF_THE_JUDGEMENT = [
  'personTag',
  'recordTag',
  'score',
  'validUntil',
  'validatorHash',
  'statusListsRoot',
]

/** The client of a provider asks this one oracle alone. */
async function certifyWith(scene: Scene, changes: object): Promise<unknown> {
  const { offering, sealed, permission, body, domain, own, certified } = scene
  const signer = own.signer
  return await submitOffer({
    ...offering,
    selected: sealed.selected,
    offer: sealed.offer,
    deal: viewOf(offering.chain, offering.deal),
    permission,
    receipt: body.receipt,
    receiptSignature: body.receiptSignature,
    asOfSec: certified.certificate.asOf,
    quorum: 1,
    oracles: [
      {
        operator: own.operator.address,
        signer: signer.address,
        client: {
          submit: async ({ submission }) => {
            const certificate = { ...certified.certificate, ...changes }
            const signature = await signer.signTypedData(
              Certificate.toTypedData(certificate, domain),
            )
            const id = Submission.hash(submission, domain)
            const oracle = own.operator.address
            return { id, oracle, certificate, signature, quality: certified.quality }
          },
        },
      },
    ],
  })
}

/** An oracle that holds back or spoils the key, after the sale. */
export async function releaseDeviations(
  scene: Scene,
  sold: { recordId: Hex; record: SettledRecord },
): Promise<Deviation[]> {
  const { own, domain, sealed } = scene
  const made = await ownRelease(scene, sold)
  const json = Release.toJson(made.release)
  const put = async (body: object, oracle: Hex = own.operator.address): Promise<unknown> => {
    const url = scene.network.file.services.store
    const service = { name: 'store', url, fetch, now: Date.now }
    const params = { recordId: sold.recordId, oracle }
    return await call(service, storeRoutes.putRelease, { params, body: body as never })
  }
  const sound = {
    release: json,
    signature: made.signature,
    envelope: made.envelope,
    manifest: sealed.offer.manifest,
  }
  const by = 'store'
  const notOfSale = 'the key of a record that this oracle did not certify opens nothing'
  return [
    ...jsonChangesOf(Release.schema, json).map(({ name, how, value }) => ({
      message: 'Release',
      change: `${name} ${how}`,
      by,
      attempt: () => put({ ...sound, release: { ...json, [name]: value } }),
    })),
    ...changesOf(Release.schema, made.release).map(({ name, how, value }) => ({
      message: 'Release',
      change: `${name} ${how}, signed again`,
      by,
      attempt: async () => {
        const release = { ...made.release, [name]: value } as Release.Release
        const signature = await own.signer.signTypedData(Release.toTypedData(release, domain))
        return await put({ ...sound, release: Release.toJson(release), signature })
      },
      ...(name === 'consumerKeyHash' || name === 'blockNumber' ? { harmless: notOfSale } : {}),
    })),
    {
      message: 'Release',
      change: 'in the name of an honest oracle',
      by,
      attempt: () => put(sound, scene.network.operators[0] as Hex),
    },
    {
      message: 'Release',
      change: 'an envelope that is not the stated one',
      by,
      attempt: () => put({ ...sound, envelope: { ...made.envelope, epoch: 7 } }),
    },
    {
      message: 'Release',
      change: 'a key that opens nothing',
      by,
      attempt: () => put(sound),
      harmless: notOfSale,
    },
    ...answersOnChain(scene, sold, made),
  ]
}

type Made = Awaited<ReturnType<typeof ownRelease>>

/** A release whose envelope opens for the consumer and holds another key. */
async function ownRelease(
  scene: Scene,
  { recordId, record }: { recordId: Hex; record: SettledRecord },
) {
  const { network, domain, own, ground } = scene
  const { publicKey } = await publicKeyOf(scene)
  const { chainId, contracts } = network.chain
  const envelope = await Envelope.wrap({
    dataKey: random(32),
    recipient: { keyId: ground.consumerKey.keyId, epoch: 1, publicKey },
    context: releaseContext({
      chainId,
      dealBook: contracts.dealBook,
      recordId,
      consumer: record.consumer,
    }),
  })
  const release: Release.Release = {
    recordId,
    consumerKeyHash: toHex(sha256(publicKey)),
    envelopeHash: Envelope.hash(envelope),
    blockNumber: await network.chain.client.getBlockNumber(),
  }
  const signature = await own.signer.signTypedData(Release.toTypedData(release, domain))
  return { release, envelope, signature }
}

async function publicKeyOf(_scene: Scene): Promise<{ publicKey: Uint8Array }> {
  return await Envelope.createKeyPair()
}

/** Answers to a claim by an oracle that did not certify, or with another's signature. */
function answersOnChain(
  { network, own }: Scene,
  { record }: { record: SettledRecord },
  made: Made,
): Deviation[] {
  const { client, contracts } = network.chain
  const envelope = toHex(fromUtf8(CanonicalJson.stringify(made.envelope)))
  const answer = {
    consumerKeyHash: made.release.consumerKeyHash,
    blockNumber: made.release.blockNumber,
    envelope,
    signature: made.signature,
  }
  const post = (changes: Partial<typeof answer>) => () =>
    reach(() =>
      client.simulateContract({
        account: own.operator.address,
        address: contracts.dealBook,
        abi: dealBookAbi,
        functionName: 'postDelivery',
        args: [record, { ...answer, ...changes }],
      }),
    )
  const message = 'DeliveryAnswer'
  const by = 'DealBook'
  return [
    { message, change: 'where nobody claimed', by, attempt: post({}) },
    { message, change: 'empty', by, attempt: post({ envelope: '0x' }) },
    {
      message,
      change: 'of a block to come',
      by,
      attempt: post({ blockNumber: made.release.blockNumber + 1_000n }),
    },
  ]
}
