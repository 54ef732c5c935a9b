import * as Contexts from '@ambrosia/credentials/Contexts'
import type { Resolvable } from '@ambrosia/credentials/Resolver'
import { type CertifyContext, certify } from '@ambrosia/exchange/certify/certify'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import { createListReader } from '../lists.ts'
import type { Asked, Judge, JudgeSettings } from './Judging.ts'

/**
 * Judges in step with the caller: what runs inside a thread of the pool, and in tests without one.
 */
export function createJudge(options: {
  settings: JudgeSettings
  outside: Asked
  now: () => number
  /** Lists that are verified already; for tests. */
  listsAt?: CertifyContext['listsAt'] | undefined
}): Judge {
  const { settings, outside, now } = options
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const resolver: Resolvable = { resolve: (did) => outside.resolveDid(did) }
  const context: Omit<CertifyContext, 'tagSecret'> = {
    ...settings,
    deals: {
      find: (dealId) => outside.findDeal(dealId),
      status: (dealId) => outside.dealStatus(dealId),
      personCount: (dealId, personTag) => outside.personCount(dealId, personTag),
      isRecordSettled: (dealId, recordTag) => outside.isRecordSettled(dealId, recordTag),
    },
    listsAt: options.listsAt ?? createListReader({ outside, resolver, loader }),
    resolver,
    loader,
    fetchSealed: (store, contentAddress, sizeBytes) =>
      readSealed(outside, store, contentAddress, sizeBytes),
    nowSec: () => BigInt(Math.floor(now() / 1000)),
  }
  return ({ body, tagSecret }) => certify(body, { ...context, tagSecret })
}

async function* readSealed(
  outside: Asked,
  ...asked: Parameters<Asked['openSealed']>
): AsyncGenerator<Uint8Array> {
  const reading = await outside.openSealed(...asked)
  for (;;) {
    const piece = await outside.readSealed(reading)
    if (piece === undefined) return
    yield piece
  }
}
