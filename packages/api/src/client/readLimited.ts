/**
 * The bytes of a body as they come, up to a limit; `onTooMuch` makes the error. Nothing past the
 * limit is kept.
 */
export async function* streamLimited(
  body: ReadableStream<Uint8Array> | null,
  limitBytes: number,
  onTooMuch: () => Error,
): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  let sizeBytes = 0
  let isDone = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      isDone = done
      if (done) return
      sizeBytes += value.length
      if (sizeBytes > limitBytes) throw onTooMuch()
      yield value
    }
  } finally {
    // Who stops early tells the other side to stop sending.
    if (!isDone) await reader.cancel().catch(() => {})
  }
}
