import { storeRoutes } from '@ambrosia/api/store/routes'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import { fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import { loadDeal } from '@ambrosia/sdk/loadDeal'
import { certifyOffer } from '@ambrosia/sdk/provider/offerRecord'
import { type Deviation, jsonChangesOf } from './Deviation.ts'
import { type Scene, storeOf } from './prepareScene.ts'

type Json = Record<string, unknown>
type Change = (answer: Json) => Json

/** The real store, one of whose answers is changed on its way: what a cheating store could say. */
function lyingStore(scene: Scene, path: RegExp, change: Change) {
  return storeOf(scene.network, (async (input: string, init?: RequestInit) => {
    const answer = await fetch(input, init)
    if (!path.test(new URL(input).pathname) || !answer.ok) return answer
    const changed = change((await answer.json()) as Json)
    const headers = { 'content-type': 'application/json' }
    return new Response(JSON.stringify(changed), { status: answer.status, headers })
  }) as typeof fetch)
}

/** Before the sale: receipts for what it does not hold, other documents, other bytes. */
export function storeDeviations(scene: Scene): Deviation[] {
  const { offering, sealed, permission, body, deal, network } = scene
  const receipt = StorageReceipt.toJson(body.receipt)
  const by = 'client of the provider'
  const certify = (path: RegExp, change: Change) => () =>
    certifyOffer({ ...offering, store: lyingStore(scene, path, change) }, sealed, permission)
  const { schema } = storeRoutes.askTicket.answer
  const ticket = { ticket: 'A'.repeat(43), expiresAt: '2030-01-01T00:00:00Z' }
  return [
    ...jsonChangesOf(StorageReceipt.schema, receipt).map(({ name, how, value }) => ({
      message: 'StorageReceipt',
      change: `${name} ${how}`,
      by,
      attempt: certify(/blobs/, (answer) => ({
        ...answer,
        receipt: { ...(answer['receipt'] as Json), [name]: value },
      })),
    })),
    {
      message: 'StorageReceipt',
      change: 'signature of another',
      by,
      attempt: certify(/blobs/, (answer) => ({ ...answer, signature: body.providerSignature })),
    },
    ...jsonChangesOf(schema as never, ticket)
      .filter(({ name }) => name === 'ticket')
      .map(({ name, how, value }) => ({
        message: 'ticket',
        change: `${name} ${how}`,
        by: how === 'another' ? 'store' : by,
        attempt: certify(/tickets/, (answer) => ({
          ...answer,
          [name]: how === 'another' ? ticket.ticket : value,
        })),
      })),
    ...[deal.terms.criteriaHash, deal.terms.agreementHash].map((hash, index) => ({
      message: index === 0 ? 'criteria' : 'agreement',
      change: 'another document',
      by,
      attempt: () => {
        const store = storeOf(network, (async (input: string, init?: RequestInit) =>
          input.includes(hash)
            ? new Response(fromUtf8('{"version":1}') as BodyInit, {
                headers: { 'content-type': 'application/json' },
              })
            : fetch(input, init)) as typeof fetch)
        return loadDeal({ chain: network.chain, store }, deal.dealId)
      },
    })),
  ]
}

/** After the sale: another record, another key, another manifest, or silence. */
export function deliveryDeviations(
  scene: Scene,
  sold: { recordId: Hex; record: SettledRecord },
): Deviation[] {
  const { schema } = storeRoutes.delivery.answer
  const first = (answer: Json): Json => (answer['releases'] as Json[])[0] as Json
  const withRelease = (change: Change) => (answer: Json) => ({
    ...answer,
    releases: (answer['releases'] as Json[]).map((one) => change(one)),
  })
  const by = 'client of the consumer'
  const tell = (change: string, of: Change, harmless?: string): Deviation => ({
    message: 'delivery',
    change,
    by,
    attempt: () => collectFrom(scene, sold, of),
    ...(harmless === undefined ? {} : { harmless }),
  })
  const sample = { contentAddress: 'a', sizeBytes: 1, manifest: {}, releases: [] }
  void first
  return [
    ...jsonChangesOf(schema as never, sample)
      .filter(({ name, how }) => how !== 'another' || name === 'releases')
      .map(({ name, how, value }) =>
        tell(
          `${name} ${how}`,
          (answer) => ({
            ...answer,
            [name]: name === 'releases' && how === 'another' ? [] : value,
          }),
          // Size and address are read from the manifest, whose hash stands on chain.
          ['sizeBytes', 'unknownMember'].includes(name)
            ? 'the client goes by the manifest'
            : undefined,
        ),
      ),
    tell(
      'the envelope of another key',
      withRelease((one) => ({
        ...one,
        envelope: { ...(one['envelope'] as Json), enc: 'A'.repeat(43) },
      })),
    ),
    tell(
      'a release of another record',
      withRelease((one) => ({
        ...one,
        release: { ...(one['release'] as Json), recordId: `0x${'12'.repeat(32)}` },
      })),
    ),
    {
      message: 'blob',
      change: 'other bytes',
      by,
      attempt: () => collectBytes(scene, sold, (bytes) => bytes.map((byte) => byte ^ 1)),
    },
    {
      message: 'blob',
      change: 'cut',
      by,
      attempt: () => collectBytes(scene, sold, (bytes) => bytes.slice(0, 100)),
    },
    {
      message: 'blob',
      change: 'without end',
      by,
      attempt: () => collectBytes(scene, sold, (bytes) => new Uint8Array(bytes.length * 3)),
    },
  ]
}

function collectFrom(scene: Scene, sold: { recordId: Hex; record: SettledRecord }, change: Change) {
  return collectBy(scene, sold, lyingStore(scene, /releases/, change))
}

function collectBytes(
  scene: Scene,
  sold: { recordId: Hex; record: SettledRecord },
  change: (bytes: Uint8Array) => Uint8Array,
) {
  const store = storeOf(scene.network, (async (input: string, init?: RequestInit) => {
    const answer = await fetch(input, init)
    if (!/blobs/.test(new URL(input).pathname)) return answer
    const bytes = change(new Uint8Array(await answer.arrayBuffer()))
    return new Response(bytes as BodyInit, { headers: answer.headers })
  }) as typeof fetch)
  return collectBy(scene, sold, store)
}

/** Collects by a clock that runs while it waits, so that silence is known at once. */
export function collectBy(
  scene: Scene,
  { recordId, record }: { recordId: Hex; record: SettledRecord },
  store: Scene['store'],
) {
  const { network, deal, ground, offering } = scene
  let waitedMs = 0
  return collectRecord({
    chainId: network.chain.chainId,
    dealBook: network.chain.contracts.dealBook,
    recordId,
    record,
    criteria: deal.criteria,
    account: ground.consumer,
    key: ground.consumerKey,
    store,
    resolver: network.chain.resolver,
    loader: offering.loader,
    now: () => Date.now() + waitedMs,
    pause: async (ms) => {
      waitedMs += ms * 20
    },
  })
}
