import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BbsIssuerKey, EddsaIssuerKey } from '@ambrosia/credentials/Credential'
import type * as VcApi from '@ambrosia/credentials/VcApi'
import { readNamedJson, readNamedText } from '../../namedFiles.ts'
import { UsageError } from '../../output.ts'

export type VcApiOptions = {
  port: number
  host: string
  contexts?: string
  bbsKey?: string
  eddsaKey?: string
}

/** Serves the W3C VC-API; `issuers` has the DID of each base. */
export async function serveVcApi(options: VcApiOptions): Promise<{
  url: string
  issuers: Record<string, string>
  close: () => Promise<void>
}> {
  const Contexts = await import('@ambrosia/credentials/Contexts')
  const { createResolver } = await import('@ambrosia/credentials/Resolver')
  const { BODY_SIZE_BYTES, routes } = await import('@ambrosia/credentials/VcApi')
  const Log = await import('@ambrosia/service/Log')
  const Metrics = await import('@ambrosia/service/Metrics')
  const Server = await import('@ambrosia/service/Server')
  const contexts =
    options.contexts === undefined
      ? new Map<string, Record<string, unknown>>()
      : await readContexts(options.contexts)
  const common = {
    loader: Contexts.createLoader({ contexts }),
    resolver: createResolver({ readDidAmbrosia: async () => undefined }),
    now: Date.now,
  }
  const bbs = await openKey('BLS12-381-G2', options.bbsKey)
  const eddsa = await openKey('Ed25519', options.eddsaKey)
  let url = ''
  const status = await createStatusBook({ ...common, issuer: eddsa, url: () => url })
  const bases: Record<string, VcApi.Context> = {
    '/vc/bbs-2023': { ...common, issuer: bbs.did, signing: { cryptosuite: 'bbs-2023', key: bbs } },
    '/vc/eddsa-rdfc-2022': {
      ...common,
      issuer: eddsa.did,
      signing: { cryptosuite: 'eddsa-rdfc-2022', key: eddsa },
      status,
    },
  }
  const app = await Server.create({
    name: 'vc-api',
    description: 'W3C VC-API under did:key.',
    log: Log.create({ name: 'vc-api', level: 'warn' }),
    metrics: Metrics.create({ service: 'vc-api' }),
    bodyLimitBytes: BODY_SIZE_BYTES,
    requestsPerMinute: 60_000,
  })
  for (const [base, context] of Object.entries(bases)) {
    for (const route of routes(context)) {
      app.post(base + route.path, async (request, reply) => {
        const answer = await route.handle(request.body)
        return reply.status(answer.status).send(answer.body)
      })
    }
  }
  app.get('/vc/eddsa-rdfc-2022/status/:purpose', async (request, reply) => {
    const { purpose } = request.params as { purpose: string }
    const list = await status.read(`${url}/vc/eddsa-rdfc-2022/status/${purpose}`)
    return list === undefined ? reply.callNotFound() : reply.send(list.document)
  })
  url = await Server.listen(app, { host: options.host, port: options.port })
  const issuers = Object.fromEntries(
    Object.entries(bases).map(([base, { issuer }]) => [base, issuer]),
  )
  return { url, issuers, close: () => app.close() }
}

type Key = (BbsIssuerKey | EddsaIssuerKey) & { did: string }

/** The key of a file that `ambrosia did key --out` wrote, or a new one. */
async function openKey(type: 'Ed25519' | 'BLS12-381-G2', file: string | undefined): Promise<Key> {
  const Bbs = await import('@ambrosia/credentials/Bbs')
  const DidKey = await import('@ambrosia/credentials/DidKey')
  const Keys = await import('@ambrosia/credentials/Keys')
  const { fromBase64url, random } = await import('@ambrosia/primitives/Bytes')
  await Bbs.ready()
  let secretKey = Keys.create(type, random).secretKey
  if (file !== undefined) {
    const content = readNamedJson(file) as { type?: unknown; secretKey?: unknown }
    if (content.type !== type || typeof content.secretKey !== 'string') {
      throw new UsageError(
        `${file} is not a ${type} key`,
        `Make one: ambrosia did key --type ${type}`,
      )
    }
    secretKey = fromBase64url(content.secretKey)
  }
  const bytes =
    type === 'Ed25519' ? Keys.holderKeyOf(secretKey).publicKey : Bbs.publicKey(secretKey)
  const did = DidKey.fromPublicKey({ type, bytes })
  return { did, id: DidKey.toVerificationMethodId(did), secretKey, publicKey: bytes }
}

/** Status lists in memory, one for each purpose, signed when they are read. */
async function createStatusBook(
  options: Pick<VcApi.Context, 'loader' | 'resolver' | 'now'> & { issuer: Key; url: () => string },
): Promise<VcApi.StatusBook> {
  const StatusList = await import('@ambrosia/credentials/StatusList')
  const { issueEddsa, verifyEddsa } = await import('@ambrosia/credentials/Credential')
  const { random } = await import('@ambrosia/primitives/Bytes')
  const { issuer, loader, resolver, now } = options
  const lists = { revocation: StatusList.create(), suspension: StatusList.create() }
  const purposes = Object.keys(lists) as (keyof typeof lists)[]
  const taken = { revocation: new Set<number>(), suspension: new Set<number>() }
  const issued = new Map<string, number>()
  const urlOf = (purpose: string) => `${options.url()}/vc/eddsa-rdfc-2022/status/${purpose}`
  return {
    allocate: async (purpose, credentialId) => {
      const index = StatusList.allocateIndex({
        length: lists[purpose].length,
        isTaken: (candidate) => taken[purpose].has(candidate),
        randomBytes: random,
      })
      taken[purpose].add(index)
      if (credentialId !== undefined) issued.set(`${purpose} ${credentialId}`, index)
      return StatusList.toEntry({ listUrl: urlOf(purpose), index, purpose })
    },
    update: async (credentialId, purpose, isSet) => {
      const index = issued.get(`${purpose} ${credentialId}`)
      if (index === undefined) return false
      StatusList.set(lists[purpose], index, isSet)
      return true
    },
    read: async (url) => {
      const purpose = purposes.find((one) => urlOf(one) === url)
      if (purpose === undefined) return undefined
      const time = (timeMs: number) => `${new Date(timeMs).toISOString().slice(0, 19)}Z`
      const credential = StatusList.toCredential({
        list: lists[purpose],
        url,
        issuer: issuer.did,
        purpose,
        validFrom: time(now()),
        validUntil: time(now() + 3_600_000),
      })
      const signed = await issueEddsa({ credential, key: issuer, loader })
      return verifyEddsa({ signed, resolver, loader, nowMs: now() })
    },
  }
}

async function readContexts(folder: string): Promise<Map<string, Record<string, unknown>>> {
  const { fromFolder } = await import('@ambrosia/credentials/Contexts')
  let names: string[]
  try {
    names = await readdir(folder)
  } catch {
    throw new UsageError(`${folder} cannot be read`, 'Name a folder of JSON-LD contexts.')
  }
  return fromFolder(names.sort(), async (name) => readNamedText(join(folder, name)))
}
