import type { HttpRoute } from '@ambrosia/primitives/HttpRoute'
import { accountId } from '@ambrosia/primitives/SignedRequest'
import * as Type from 'typebox'
import { Account } from './shapes.ts'

/** What every service says of itself at `/v1/service`; each kind adds members of its own. */
export type ServiceDescription = {
  version: 1
  kind: string
  chainId: number
  /** The account of the service. */
  account: `0x${string}`
  /** The name that requests to this service are signed for (CAIP-10). */
  audience: string
}

const LIMIT_BYTES = 64 * 1024

/** The route `/v1/service` of a kind of service. */
export function describeRoute<const Kind extends string, const Extra extends Type.TProperties>(
  kind: Kind,
  extra: Extra,
) {
  return {
    method: 'GET',
    path: '/v1/service',
    summary: 'What this service is, its account, and the audience of signed requests',
    auth: 'anyone',
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: LIMIT_BYTES,
      schema: Type.Object({
        version: Type.Literal(1),
        kind: Type.Literal(kind),
        chainId: Type.Integer({ minimum: 1 }),
        account: Account,
        audience: Type.String({ pattern: '^eip155:[0-9]{1,20}:0x[0-9a-f]{40}$' }),
        ...extra,
      }),
    },
    errors: {},
    timeoutMs: 10_000,
  } as const satisfies HttpRoute
}

/** The members that every description has. */
export function describe<const Kind extends string>(
  kind: Kind,
  chainId: number,
  account: `0x${string}`,
) {
  return { version: 1, kind, chainId, account, audience: accountId(chainId, account) } as const
}
