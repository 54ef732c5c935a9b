import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * Uploads under way. A ticket takes no room until its upload begins, and then as much as it names.
 */
export type Uploads = {
  /** All that may still be written, bytes. */
  sizeBytes(): number
  /** @returns what ends it. @throws Upload.TicketInUse, Upload.Busy */
  begin(ticketHash: string, sizeBytes: number): () => void
}

/** Most uploads at one time. */
const UPLOAD_COUNT = 64

export function createUploads(): Uploads {
  const underWay = new Map<string, number>()
  return {
    sizeBytes: () => [...underWay.values()].reduce((sum, size) => sum + size, 0),
    begin(ticketHash, sizeBytes) {
      if (underWay.has(ticketHash)) throw new TicketInUseError()
      if (underWay.size >= UPLOAD_COUNT) throw new BusyError()
      underWay.set(ticketHash, sizeBytes)
      return () => {
        underWay.delete(ticketHash)
      }
    },
  }
}

/**
 * The content, ended where nothing comes for a while: a quiet connection may not hold room.
 * @throws Upload.Stalled
 */
export async function* untilStalled(
  content: AsyncIterable<Uint8Array>,
  idleMs: number,
): AsyncGenerator<Uint8Array> {
  const parts = content[Symbol.asyncIterator]()
  let isWhole = false
  try {
    while (!isWhole) {
      const next = await within(parts.next(), idleMs)
      isWhole = next.done === true
      if (next.done !== true) yield next.value
    }
  } finally {
    // Not waited for: what waits for the part that does not come would wait too.
    if (!isWhole) void parts.return?.()?.catch(() => undefined)
  }
}

async function within<T>(part: Promise<T>, idleMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StalledError()), idleMs)
  })
  try {
    return await Promise.race([part, stalled])
  } finally {
    clearTimeout(timer)
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
  constructor() {
    super('Upload.Busy', `${UPLOAD_COUNT} uploads are under way`, { hint: 'Try again soon.' })
  }
}

export class StalledError extends AmbrosiaError {
  constructor() {
    super('Upload.Stalled', 'nothing more of the upload came', {
      hint: 'Upload again with the same ticket.',
    })
  }
}
