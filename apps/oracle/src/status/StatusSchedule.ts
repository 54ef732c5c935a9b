import { SUBMISSION_SKEW_SEC } from '@ambrosia/exchange/Limits'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { PublishedList } from '../enclave/Enclave.ts'
import { createSizeBound } from './SizeBound.ts'

/** Gets and verifies the lists of an issuer at an epoch (seconds). */
export type FetchLists = (issuer: string, epochSec: number) => Promise<PublishedList[]>

/** A deal whose issuers are watched, until no certificate can be made for it, seconds. */
export type WatchedDeal = { dealId: string; issuers: readonly string[]; untilSec: number }

/**
 * The oracle's schedule of status lists. The lists of the issuers of all deals that have not ended
 * are fetched at every epoch, whether or not anybody sells, so an issuer never learns who does; a
 * submission is judged by the lists of the epoch of its asOf, so every oracle sees the same ones.
 */
export type StatusSchedule = {
  /** Watches the issuers of a deal from now on; the current epoch's lists are fetched at once. */
  watch(deal: WatchedDeal): void
  /** Ends the watch of a deal; issuers that no other deal names are asked no more. */
  end(dealId: string): void
  /**
   * The lists of these issuers at the epoch of a time. Waits for a fetch under way.
   * @throws Status.NotAvailable
   */
  listsAt(
    issuers: readonly string[],
    asOfSec: bigint,
  ): Promise<{ epochSec: number; lists: PublishedList[] }>
  stop(): void
}

/**
 * First and longest pause before a failed fetch is tried again, milliseconds; it doubles in
 * between.
 */
const RETRY_MS = 2_000
const MAXIMUM_RETRY_MS = 600_000

/** Time whose epochs are kept, seconds: a submission may be older than our clock by its skew. */
const KEPT_SEC = 3 * SUBMISSION_SKEW_SEC

/** An honest list is a few kB; eight of the largest that are read take 32 MiB. */
const KEPT_SIZE_BYTES = 64 * 1024 * 1024

export function createStatusSchedule(options: {
  periodSec: number
  fetchLists: FetchLists
  now: () => number
  /** Most that is kept of all lists, bytes. Default 64 MiB. */
  keptSizeBytes?: number
  onError: (issuer: string, error: unknown) => void
}): StatusSchedule {
  const { periodSec } = options
  const epochs = new Map<number, Map<string, Promise<PublishedList[] | undefined>>>()
  const deals = new Map<string, WatchedDeal>()
  /** Failures of each issuer since it last answered. */
  const failures = new Map<string, number>()
  /** Issuers that failed and are left alone for a while, whatever epoch begins. */
  const pausing = new Set<string>()
  const bound = createSizeBound(options.keptSizeBytes ?? KEPT_SIZE_BYTES, (issuer, epoch) => {
    epochs.get(epoch)?.delete(issuer)
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false
  const epochOf = (timeSec: number): number => Math.floor(timeSec / periodSec) * periodSec
  const currentEpoch = (): number => epochOf(options.now() / 1000)

  const fetchAt = (issuer: string, epoch: number): void => {
    const lists = epochs.get(epoch) ?? new Map<string, Promise<PublishedList[] | undefined>>()
    epochs.set(epoch, lists)
    if (lists.has(issuer) || pausing.has(issuer)) return
    const fetching = options.fetchLists(issuer, epoch).then(
      (published) => {
        failures.delete(issuer)
        const sizeBytes = published.reduce((sum, { bytes }) => sum + bytes.length, 0)
        if (epochs.get(epoch) === lists) bound.add(issuer, epoch, sizeBytes)
        return published
      },
      (error: unknown) => {
        options.onError(issuer, error)
        lists.delete(issuer)
        retryLater(issuer)
        return undefined
      },
    )
    lists.set(issuer, fetching)
  }
  // An issuer that was away for a moment must not stop a deal's sales for a whole epoch.
  const retryLater = (issuer: string): void => {
    const count = (failures.get(issuer) ?? 0) + 1
    failures.set(issuer, count)
    pausing.add(issuer)
    const retry = (): void => {
      pausing.delete(issuer)
      if (isStopped) return
      if (issuersOf(deals).has(issuer)) fetchAt(issuer, currentEpoch())
      else failures.delete(issuer)
    }
    setTimeout(retry, pauseOf(count, periodSec)).unref()
  }
  const tick = (): void => {
    const epoch = currentEpoch()
    for (const { dealId, untilSec } of deals.values()) if (untilSec < epoch) deals.delete(dealId)
    for (const issuer of issuersOf(deals)) fetchAt(issuer, epoch)
    for (const old of epochs.keys()) {
      if (old + periodSec >= epoch - KEPT_SEC) continue
      epochs.delete(old)
      bound.end(old)
    }
    const nextMs = (epoch + periodSec) * 1000 - options.now()
    timer = setTimeout(tick, Math.max(10, nextMs))
    timer.unref()
  }
  tick()

  return {
    watch: (deal) => {
      const epoch = currentEpoch()
      if (deal.untilSec < epoch) return
      deals.set(deal.dealId, deal)
      for (const issuer of deal.issuers) fetchAt(issuer, epoch)
    },
    end: (dealId) => {
      deals.delete(dealId)
    },
    listsAt: async (wanted, asOfSec) => {
      const epoch = epochOf(Number(asOfSec))
      const all: PublishedList[] = []
      for (const issuer of wanted) {
        const lists = await epochs.get(epoch)?.get(issuer)
        if (lists === undefined) throw new NotAvailableError(epoch)
        all.push(...lists)
      }
      return { epochSec: epoch, lists: all }
    },
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

function issuersOf(deals: ReadonlyMap<string, WatchedDeal>): Set<string> {
  return new Set([...deals.values()].flatMap(({ issuers }) => issuers))
}

/**
 * The pause after a number of failures in a row, milliseconds. Whoever opens a deal chooses whom we
 * ask: who does not answer is asked at increasing intervals.
 */
export function pauseOf(failureCount: number, periodSec: number): number {
  const first = Math.min(RETRY_MS, (periodSec * 1000) / 4)
  return Math.min(MAXIMUM_RETRY_MS, first * 2 ** Math.min(failureCount - 1, 20))
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
