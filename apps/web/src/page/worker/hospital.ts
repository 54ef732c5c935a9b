import { createIssuerClient, readStatusList } from '@ambrosia/api/issuer/IssuerClient'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { network } from './network.ts'
import { NoHospitalError } from './records.ts'
import * as wallet from './wallet.ts'

/** What the hospital's staff see of an issuance: no name and nothing of a record. */
export type LogEntry = {
  statusIndex: number
  at: number
  claims: number
  digests: number
  removed: number
  revokedAt?: number
}

/** The issuer as everybody sees it: its DID, its keys, its list of revocations now. */
export async function hospital() {
  const { chain, description, fetch, now } = await network()
  const issuer = createIssuerClient({
    url: description.services.issuer,
    fetch: fetch as never,
    now,
  })
  const { did, statusPeriodSec } = await issuer.service()
  const { didDocument } = await chain.resolver.resolve(did)
  const epochSec = Math.floor(now() / 1000 / statusPeriodSec) * statusPeriodSec
  const list = await readStatusList({
    url: `${description.services.issuer}/v1/status/1`,
    epochSec,
    fetch: fetch as never,
    now,
  })
  const keys = (didDocument?.verificationMethod ?? []) as {
    id: string
    type: string
    publicKeyMultibase?: string
  }[]
  return {
    did,
    statusPeriodSec,
    epochSec,
    statusListBytes: list.length,
    keys: keys.map(({ id, type, publicKeyMultibase = '' }) => ({ id, type, publicKeyMultibase })),
    controller: (didDocument?.controller ?? '') as string | Hex,
    isStaff: description.development !== undefined,
  }
}

/** Issuances that this browser's staff made, newest first. */
export async function issuances(): Promise<LogEntry[]> {
  const entries = await wallet.list<LogEntry>('issued.')
  return entries.sort((a, b) => b.at - a.at)
}

/** Revokes a record; it counts from the next epoch of the status list on. */
export async function revokeRecord({ statusIndex }: { statusIndex: number }): Promise<void> {
  const { description, fetch, now } = await network()
  if (description.development === undefined) throw new NoHospitalError()
  const issuer = createIssuerClient({
    url: description.services.issuer,
    operatorToken: description.development.operatorToken,
    fetch: fetch as never,
    now,
  })
  await issuer.revoke(statusIndex)
  const key = `issued.${statusIndex}`
  const entry = await wallet.get<LogEntry>(key)
  if (entry) await wallet.put(key, { ...entry, revokedAt: now() })
}
