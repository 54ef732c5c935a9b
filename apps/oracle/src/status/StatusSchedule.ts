import * as StatusList from '@ambrosia/credentials/StatusList'
import type { EpochLists } from '@ambrosia/exchange/certify/EpochLists'
import { toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** One issuer's list as it stood at an epoch. */
export type IssuerList = { url: string; sha256: Uint8Array; list: StatusList.StatusList }

/** Gets and verifies the lists of an issuer at an epoch (seconds). */
export type FetchLists = (issuer: string, epochSec: number) => Promise<IssuerList[]>

/**
 * The oracle's schedule of status lists. The lists of all watched issuers are fetched at every epoch, whether or not anybody sells, so an
 * issuer never learns who does; a submission is judged by the lists of the epoch of its asOf, so every oracle sees the same ones.
 */
export type StatusSchedule = {
  /** Watches an issuer from now on; the current epoch's lists are fetched at once. */
  watch(issuer: string): void
  /** The lists of these issuers at the epoch of a time. Waits for a fetch under way. @throws Status.NotAvailable */
  listsAt(issuers: readonly string[], asOfSec: bigint): Promise<EpochLists>
  stop(): void
}

/** Longest pause before a failed fetch is tried again, milliseconds. */
const MAXIMUM_RETRY_MS = 10_000

/** Epochs kept for submissions that were signed before the last tick. */
const KEPT_EPOCHS = 400

export function createStatusSchedule(options: {
  periodSec: number
  fetchLists: FetchLists
  now: () => number
  onError: (issuer: string, error: unknown) => void
}): StatusSchedule {
  const { periodSec } = options
  const epochs = new Map<number, Map<string, Promise<IssuerList[] | undefined>>>()
  const issuers = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false
  const epochOf = (timeSec: number): number => Math.floor(timeSec / periodSec) * periodSec
  const currentEpoch = (): number => epochOf(options.now() / 1000)

  const fetchAt = (issuer: string, epoch: number): void => {
    const lists = epochs.get(epoch) ?? new Map<string, Promise<IssuerList[] | undefined>>()
    epochs.set(epoch, lists)
    if (lists.has(issuer)) return
    lists.set(
      issuer,
      options.fetchLists(issuer, epoch).catch((error: unknown) => {
        options.onError(issuer, error)
        lists.delete(issuer)
        // An issuer that was away for a moment must not stop a deal's sales for a whole epoch.
        retryLater(issuer, epoch)
        return undefined
      }),
    )
  }
  const retryLater = (issuer: string, epoch: number): void => {
    if (isStopped) return
    const retry = (): void => {
      if (!isStopped && currentEpoch() === epoch) fetchAt(issuer, epoch)
    }
    setTimeout(retry, Math.min(MAXIMUM_RETRY_MS, (periodSec * 1000) / 4)).unref()
  }
  const tick = (): void => {
    const epoch = currentEpoch()
    for (const issuer of issuers) fetchAt(issuer, epoch)
    for (const old of epochs.keys()) {
      if (old < epoch - KEPT_EPOCHS * periodSec) epochs.delete(old)
    }
    const nextMs = (epoch + periodSec) * 1000 - options.now()
    timer = setTimeout(tick, Math.max(10, nextMs))
    timer.unref()
  }
  tick()

  return {
    watch: (issuer) => {
      if (issuers.has(issuer)) return
      issuers.add(issuer)
      fetchAt(issuer, currentEpoch())
    },
    listsAt: async (wanted, asOfSec) => {
      const epoch = epochOf(Number(asOfSec))
      const byIssuer = new Map<string, IssuerList[]>()
      for (const issuer of wanted) {
        const lists = await epochs.get(epoch)?.get(issuer)
        if (lists === undefined) throw new NotAvailableError(epoch)
        byIssuer.set(issuer, lists)
      }
      const all = [...byIssuer.values()].flat()
      const root = StatusList.statusListsRoot(all.map(({ url, sha256 }) => ({ url, sha256 })))
      return {
        root: toHex(root),
        isRevoked: (issuer, entry) => isRevoked(byIssuer.get(issuer) ?? [], entry),
      }
    },
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

function isRevoked(lists: readonly IssuerList[], value: Record<string, unknown>): boolean {
  const entry = StatusList.parseEntry(value)
  const list = lists.find(({ url }) => url === entry.statusListCredential)
  // The schedule holds lists of revocation; an entry of another purpose would read bits that mean something else.
  if (!list || entry.statusPurpose !== 'revocation') throw new UnknownListError()
  return StatusList.get(list.list, Number(entry.statusListIndex))
}

export class NotAvailableError extends AmbrosiaError {
  constructor(epochSec: number) {
    super(
      'Status.NotAvailable',
      `the status lists of ${new Date(epochSec * 1000).toISOString()} are not at hand`,
      {
        hint: 'Sign the submission again with the present time and send it again.',
      },
    )
  }
}

export class UnknownListError extends AmbrosiaError {
  constructor() {
    super(
      'Status.UnknownList',
      'the credential names a status list that its issuer does not publish',
    )
  }
}
