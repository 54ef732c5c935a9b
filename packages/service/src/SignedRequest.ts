import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as HttpSignature from '@ambrosia/primitives/HttpSignature'
import { recoverAddress } from '@ambrosia/primitives/Recovery'
import { accountId } from '@ambrosia/primitives/SignedRequest'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { type Address, getAddress, hashMessage, isAddress } from 'viem'
import { ownTurn } from './ownTurn.ts'
import { TooManyRequestsError } from './problems.ts'
import type { Server } from './Server.ts'

/**
 * Requests signed by Ethereum accounts: the HttpSignature profile with keyid
 * `eip155:<chain id>:<address>` (CAIP-10) and an EIP-191 signature of 65 bytes over the signature
 * base. A nonce is kept until its signature expires and refused the second time.
 */
declare module 'fastify' {
  interface FastifyRequest {
    /** The account that signed, where the route asks for a signature. */
    signer: Address | undefined
  }
}

export type NonceTable = {
  request_nonce: { key_id: string; nonce: string; expires_at_sec: number }
}

/** The table of nonces; put it first among a service's migrations. */
export const nonceMigration: Migration = {
  async up(database) {
    await database.schema
      .createTable('request_nonce')
      .addColumn('key_id', 'text', (column) => column.notNull())
      .addColumn('nonce', 'text', (column) => column.notNull())
      .addColumn('expires_at_sec', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('request_nonce_key', ['key_id', 'nonce'])
      .execute()
    await database.schema
      .createIndex('request_nonce_expires')
      .on('request_nonce')
      .column('expires_at_sec')
      .execute()
  },
}

export type Options<DB extends NonceTable> = {
  database: Kysely<DB>
  chainId: number
  /** The account of this service: its requests' audience. */
  service: Address
  nowMs?: (() => number) | undefined
  /** Requests a minute and account. Default 1200. */
  requestsPerMinute?: number | undefined
}

export { accountId }

/** A `preValidation` hook: afterwards `signerOf(request)` is the account that signed. */
export function createHook<DB extends NonceTable>(
  app: Server,
  options: Options<DB>,
): (request: FastifyRequest) => Promise<void> {
  const { chainId, service, nowMs = Date.now } = options
  const database = options.database as unknown as Kysely<NonceTable>
  const audience = accountId(chainId, service)
  if (!app.hasRequestDecorator('signer')) app.decorateRequest('signer', undefined)
  // Counted by the verified account: nobody can use up the requests of another.
  const limit = app.createRateLimit({
    max: options.requestsPerMinute ?? 1200,
    timeWindow: 60_000,
    keyGenerator: (request) => `account ${request.signer}`,
  })
  return async (request) => {
    const nowSec = nowMs() / 1000
    // Only JSON keeps its bytes; a body of another type would pass without its digest being
    // checked.
    const hasBody = request.body !== undefined && request.body !== null
    if (hasBody && request.rawBody === undefined) throw new BodyUnsignedError()
    // A signature takes milliseconds to verify.
    await ownTurn()
    const verified = await HttpSignature.verify({
      request: {
        method: request.method,
        authority: request.host,
        target: request.raw.url ?? '/',
        headers: request.headers,
        body: request.rawBody,
      },
      audience,
      nowSec,
      verify: (base, signature, keyId) => isBy(keyId, chainId, base, signature),
    })
    await useNonce(database, verified, nowSec)
    request.signer = getAddress(verified.keyId.split(':')[2] as Address)
    const state = await limit(request)
    if (!state.isAllowed && state.isExceeded) throw new TooManyRequestsError(state.ttl)
  }
}

/** The account that signed a request whose route has the hook. */
export function signerOf(request: FastifyRequest): Address {
  if (request.signer === undefined) throw new Error('this route does not verify signatures')
  return request.signer
}

async function isBy(
  keyId: string,
  chainId: number,
  base: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const [namespace, reference, address = '', ...more] = keyId.split(':')
  if (namespace !== 'eip155' || reference !== String(chainId) || more.length > 0) return false
  if (!isAddress(address, { strict: false }) || signature.length !== 65) return false
  try {
    const digest = hashMessage({ raw: base }, 'bytes')
    return recoverAddress(digest, signature) === address.toLowerCase()
  } catch {
    return false
  }
}

/**
 * Nonces outlive their signatures by this much, so that a clock that is set back brings none to
 * life again, seconds.
 */
const CLOCK_SET_BACK_SEC = 3600

async function useNonce(
  database: Kysely<NonceTable>,
  { keyId, nonce, expiresSec }: HttpSignature.Verified,
  nowSec: number,
): Promise<void> {
  await database
    .deleteFrom('request_nonce')
    .where('expires_at_sec', '<', Math.floor(nowSec) - CLOCK_SET_BACK_SEC)
    .execute()
  const inserted = await database
    .insertInto('request_nonce')
    .values({ key_id: keyId.toLowerCase(), nonce, expires_at_sec: expiresSec })
    .onConflict((conflict) => conflict.columns(['key_id', 'nonce']).doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw new ReplayedError()
}

export class BodyUnsignedError extends AmbrosiaError {
  constructor() {
    super('SignedRequest.BodyUnsigned', 'a signed request carries JSON or no body', {
      hint: 'Send application/json.',
    })
  }
}

export class ReplayedError extends AmbrosiaError {
  constructor() {
    super('SignedRequest.Replayed', 'this signed request was received before', {
      hint: 'Sign every request anew.',
    })
  }
}
