import { concat, fromUtf8 } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as DidAmbrosia from './DidAmbrosia.ts'
import * as DidKey from './DidKey.ts'
import { create, type KeyType, type PublicKey, toMulticodec } from './Keys.ts'
import { createResolver, type DIDDocument, dereference, type Resolvable } from './Resolver.ts'

/**
 * DID documents, resolutions and dereferencings of both methods in the form of the W3C DID Core
 * test suite (github.com/w3c/did-test-suite, packages/did-core-test-server/suites/implementations).
 * What stands in them is what the resolver answers; the chain behind it is a map of example
 * documents.
 */
export type Fixtures = Record<string, object>

const JSON_TYPE = 'application/did+json'
const JSON_LD_TYPE = 'application/did+ld+json'
const NAMES = { implementation: 'Ambrosia', implementer: 'Ambrosia' }
const CHAIN_ID = 31337n
const UPDATED_AT_SEC = 1_767_225_600n

/** The files by name. */
export async function didCoreFixtures(): Promise<Fixtures> {
  const chain = exampleChain()
  const resolver = createResolver({
    readDidAmbrosia: async (chainId, id) => (chainId === CHAIN_ID ? chain.get(id) : undefined),
  })
  const didOf = (id: string) => DidAmbrosia.toDid(CHAIN_ID, id)
  const active = [...chain].filter(([, document]) => !document.deactivated)
  const ended = [...chain].filter(([, document]) => document.deactivated)
  const ambrosia = {
    didMethod: 'did:ambrosia',
    dids: active.map(([id]) => didOf(id)),
    deactivated: ended.map(([id]) => didOf(id)),
    absent: didOf(`0x${'00'.repeat(19)}01`),
    invalid: `did:ambrosia:${CHAIN_ID}:not a did`,
    versionId: active[0]?.[1].versionId,
  }
  const key = {
    didMethod: 'did:key',
    dids: KEY_TYPES.map((type) => DidKey.fromPublicKey(exampleKey(type))),
    deactivated: [],
    absent: undefined,
    invalid: 'did:key:not a did',
    versionId: undefined,
  }
  const files: Fixtures = {}
  for (const method of [ambrosia, key]) {
    const name = `${method.didMethod.slice(4)}-ambrosia`
    files[`did-${name}.json`] = await documents(resolver, method)
    files[`resolver-${name}.json`] = await resolutions(resolver, method)
    files[`dereferencer-${name}.json`] = await dereferencings(resolver, method)
  }
  return files
}

type Method = {
  didMethod: string
  dids: string[]
  deactivated: string[]
  absent: string | undefined
  invalid: string
  versionId: bigint | undefined
}

async function documents(resolver: Resolvable, method: Method): Promise<object> {
  const entries: Record<string, object> = {}
  for (const did of method.dids) {
    const plain = await resolver.resolve(did, { accept: JSON_TYPE })
    const linked = await resolver.resolve(did, { accept: JSON_LD_TYPE })
    entries[did] = {
      didDocumentDataModel: { properties: plain.didDocument },
      [JSON_TYPE]: representation(plain, {}),
      [JSON_LD_TYPE]: representation(linked, { '@context': linked.didDocument?.['@context'] }),
    }
  }
  const [first] = method.dids
  return {
    didMethod: method.didMethod,
    ...NAMES,
    supportedContentTypes: [JSON_TYPE, JSON_LD_TYPE],
    dids: method.dids,
    didParameters:
      method.versionId === undefined ? {} : { versionId: `${first}?versionId=${method.versionId}` },
    ...entries,
  }
}

type Resolution = Awaited<ReturnType<Resolvable['resolve']>>

function representation(resolution: Resolution, representationSpecificEntries: object): object {
  return {
    didDocumentDataModel: { representationSpecificEntries },
    representation: JSON.stringify(resolution.didDocument),
    didDocumentMetadata: resolution.didDocumentMetadata,
    didResolutionMetadata: resolution.didResolutionMetadata,
  }
}

/** Collects executions and, by outcome, their positions. */
function recorder<T>() {
  const executions: T[] = []
  const expectedOutcomes: Record<string, number[]> = {}
  return {
    executions,
    expectedOutcomes,
    add(outcome: string, execution: T): void {
      expectedOutcomes[outcome] = [...(expectedOutcomes[outcome] ?? []), executions.length]
      executions.push(execution)
    },
  }
}

async function resolutions(resolver: Resolvable, method: Method): Promise<object> {
  const { add, executions, expectedOutcomes } = recorder<object>()
  const all = [
    ...method.dids.map((did) => [did, 'defaultOutcome'] as const),
    ...method.deactivated.map((did) => [did, 'deactivatedOutcome'] as const),
  ]
  for (const [did, outcome] of all) {
    add(outcome, await resolve(resolver, did))
    add(outcome, await resolveRepresentation(resolver, did, JSON_TYPE))
    add(outcome, await resolveRepresentation(resolver, did, JSON_LD_TYPE))
  }
  if (method.absent !== undefined) {
    add('notFoundErrorOutcome', await resolve(resolver, method.absent))
  }
  add('invalidDidErrorOutcome', await resolve(resolver, method.invalid))
  return { ...NAMES, didMethod: method.didMethod, expectedOutcomes, executions }
}

/** The function `resolve` gives the data model: no media type, and no entry of a representation. */
async function resolve(resolver: Resolvable, did: string): Promise<object> {
  const resolution = await resolver.resolve(did, { accept: JSON_TYPE })
  const { contentType: _contentType, ...didResolutionMetadata } = resolution.didResolutionMetadata
  return {
    function: 'resolve',
    input: { did, resolutionOptions: {} },
    output: {
      didResolutionMetadata,
      didDocument: resolution.didDocument,
      didDocumentMetadata: resolution.didDocumentMetadata,
    },
  }
}

async function resolveRepresentation(
  resolver: Resolvable,
  did: string,
  accept: string,
): Promise<object> {
  const resolution = await resolver.resolve(did, { accept })
  return {
    function: 'resolveRepresentation',
    input: { did, resolutionOptions: { accept } },
    output: {
      didResolutionMetadata: resolution.didResolutionMetadata,
      didDocumentStream: streamOf(resolution.didDocument),
      didDocumentMetadata: resolution.didDocumentMetadata,
    },
  }
}

function streamOf(content: DIDDocument | Record<string, unknown> | null): string {
  return content === null ? '' : JSON.stringify(content)
}

async function dereferencings(resolver: Resolvable, method: Method): Promise<object> {
  const { add, executions, expectedOutcomes } = recorder<object>()
  for (const did of method.dids) {
    const { didDocument } = await resolver.resolve(did)
    const [first] = didDocument?.verificationMethod ?? []
    for (const didUrl of first === undefined ? [did] : [did, first.id]) {
      for (const accept of [JSON_TYPE, JSON_LD_TYPE]) {
        add('defaultOutcome', await dereferenceOnce(resolver, didUrl, accept))
      }
    }
  }
  add(
    'notFoundErrorOutcome',
    await dereferenceOnce(resolver, `${method.dids[0]}#absent`, JSON_TYPE),
  )
  add('invalidDidUrlErrorOutcome', await dereferenceOnce(resolver, method.invalid, JSON_TYPE))
  return { ...NAMES, didMethod: method.didMethod, expectedOutcomes, executions }
}

async function dereferenceOnce(
  resolver: Resolvable,
  didUrl: string,
  accept: string,
): Promise<object> {
  const result = await dereference(resolver, didUrl, { accept })
  return {
    function: 'dereference',
    input: { didUrl, dereferenceOptions: { accept } },
    output: {
      dereferencingMetadata: result.dereferencingMetadata,
      contentStream: streamOf(result.content),
      contentMetadata: result.contentMetadata,
    },
  }
}

const KEY_TYPES: readonly KeyType[] = ['Ed25519', 'X25519', 'P-256', 'secp256k1', 'BLS12-381-G2']

/** A public key whose secret anyone can compute: for examples only. */
export function exampleKey(type: KeyType): PublicKey {
  const seed = sha256(fromUtf8(`ambrosia example key ${type}`))
  return create(type, (sizeBytes) => concat(seed, seed).slice(0, sizeBytes)).publicKey
}

/**
 * Three documents: an issuer with services, one that only controls, and one that was deactivated.
 */
function exampleChain(): Map<string, DidAmbrosia.OnChainDocument> {
  const controller = `0x${'c0'.repeat(20)}`
  const idOf = (salt: number) => DidAmbrosia.idOf(controller, new Uint8Array(32).fill(salt))
  const { assertionMethod, authentication, keyAgreement } = DidAmbrosia.PURPOSES
  const method = (fragment: string, purposes: number, type: KeyType): DidAmbrosia.Method => ({
    fragment,
    purposes,
    multikey: toMulticodec(exampleKey(type)),
  })
  const common = { controller, updatedAtSec: UPDATED_AT_SEC, deactivated: false }
  return new Map<string, DidAmbrosia.OnChainDocument>([
    [
      idOf(1),
      {
        ...common,
        methods: [
          method('bbs-1', assertionMethod, 'BLS12-381-G2'),
          method('status-1', assertionMethod | authentication, 'Ed25519'),
          method('agreement-1', keyAgreement, 'X25519'),
          method('controller-1', DidAmbrosia.PURPOSE_MASK & ~keyAgreement, 'secp256k1'),
        ],
        services: [
          {
            fragment: 'status-lists',
            serviceType: 'BitstringStatusListService',
            endpoint: 'https://hospital.example/status',
          },
        ],
        versionId: 4n,
      },
    ],
    [idOf(2), { ...common, methods: [], services: [], versionId: 5n }],
    [idOf(3), { ...common, methods: [], services: [], versionId: 9n, deactivated: true }],
  ])
}
