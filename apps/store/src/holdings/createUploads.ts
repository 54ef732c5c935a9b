import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * Uploads under way. A ticket takes no room until its upload begins, and then as much as it names.
 */
export type Uploads = {
  /** All that may still be written, bytes. */
  sizeBytes(): number
  /** @throws Upload.TicketInUse, Upload.Busy */
  begin(ticketHash: string, sizeBytes: number): Upload
}

export type Upload = {
  /** Aborted when its place goes to another. */
  signal: AbortSignal
  /** Counts what came of it. */
  received(sizeBytes: number): void
  end(): void
}

/** Most uploads at one time. */
const UPLOAD_COUNT = 64
/** Time that one has to begin with, and least pace after it where others wait for its place. */
const GRACE_MS = 5_000
const LEAST_BYTES_PER_SECOND = 32 * 1024

type UnderWay = {
  ticketHash: string
  sizeBytes: number
  receivedBytes: number
  sinceMs: number
  ending: AbortController
}

/**
 * Accounts cost nothing: whoever has as many as there are places, and sends a byte now and then,
 * would have them all. Where places are short, the slowest goes that comes at less than the least
 * pace.
 */
export function createUploads({ count = UPLOAD_COUNT, graceMs = GRACE_MS } = {}): Uploads {
  const underWay = new Map<string, UnderWay>()
  return {
    sizeBytes: () => [...underWay.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    begin(ticketHash, sizeBytes) {
      if (underWay.has(ticketHash)) throw new TicketInUseError()
      if (underWay.size >= count) {
        const slow = slowestOf([...underWay.values()], performance.now() - graceMs)
        if (slow === undefined) throw new BusyError(count)
        underWay.delete(slow.ticketHash)
        slow.ending.abort()
      }
      const ending = new AbortController()
      const one = { ticketHash, sizeBytes, receivedBytes: 0, sinceMs: performance.now(), ending }
      underWay.set(ticketHash, one)
      return {
        signal: ending.signal,
        received: (size) => {
          one.receivedBytes += size
        },
        end: () => {
          if (underWay.get(ticketHash) === one) underWay.delete(ticketHash)
        },
      }
    },
  }
}

function slowestOf(all: readonly UnderWay[], beganBeforeMs: number): UnderWay | undefined {
  const paceOf = ({ receivedBytes, sinceMs }: UnderWay): number =>
    receivedBytes / ((performance.now() - sinceMs) / 1000)
  const [slowest] = all
    .filter(({ sinceMs }) => sinceMs < beganBeforeMs)
    .sort((one, other) => paceOf(one) - paceOf(other))
  return slowest !== undefined && paceOf(slowest) < LEAST_BYTES_PER_SECOND ? slowest : undefined
}

/**
 * The content, ended where nothing comes for a while, and where its place went to another: a quiet
 * connection may not hold room.
 * @throws Upload.Stalled
 */
export async function* untilStalled(
  content: AsyncIterable<Uint8Array>,
  idleMs: number,
  { signal, received }: Pick<Upload, 'signal' | 'received'>,
): AsyncGenerator<Uint8Array> {
  const parts = content[Symbol.asyncIterator]()
  let isWhole = false
  try {
    while (!isWhole) {
      const next = await within(parts.next(), idleMs, signal)
      isWhole = next.done === true
      if (next.done === true) continue
      received(next.value.length)
      yield next.value
    }
  } finally {
    // Not waited for: what waits for the part that does not come would wait too.
    if (!isWhole) void parts.return?.()?.catch(() => undefined)
  }
}

async function within<T>(part: Promise<T>, idleMs: number, signal: AbortSignal): Promise<T> {
  const over = new AbortController()
  const stalled = new Promise<never>((_, reject) => {
    const stall = (): void => reject(new StalledError())
    const timer = setTimeout(stall, idleMs)
    signal.addEventListener('abort', stall, { once: true, signal: over.signal })
    over.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    if (signal.aborted) stall()
  })
  try {
    return await Promise.race([part, stalled])
  } finally {
    over.abort()
  }
}

export class TicketInUseError extends AmbrosiaError {
  constructor() {
    super('Upload.TicketInUse', 'an upload with this ticket is under way', {
      hint: 'Wait until it has ended, or ask for another ticket.',
    })
  }
}

export class BusyError extends AmbrosiaError {
  constructor(count: number) {
    super('Upload.Busy', `${count} uploads are under way`, { hint: 'Try again soon.' })
  }
}

export class StalledError extends AmbrosiaError {
  constructor() {
    super('Upload.Stalled', 'nothing more of the upload came', {
      hint: 'Upload again with the same ticket.',
    })
  }
}
