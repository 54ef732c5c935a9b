import { once } from 'node:events'
import { get } from 'node:http'
import { parentPort, Worker, workerData } from 'node:worker_threads'

/** What the one who only asks for `/health` saw. */
export type Probed = {
  asked: number
  /** Answers that took longer than the goal, and the slowest, milliseconds. */
  late: number
  worstMs: number
  /** Longest that the service's event loop was held up, by its own metrics, milliseconds. */
  loopDelayMs: number
  /** Longest that this thread, which has nothing to do, was late itself: the machine's share. */
  machineDelayMs: number
}

/** Longest that `/health` may take whatever the load, milliseconds. */
export const HEALTH_GOAL_MS = 100
const EVERY_MS = 100

/** Asks from a thread of its own: what sends the load is busy with that. */
export function startProbe(url: string): { stop(): Promise<Probed> } {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url } })
  return {
    stop: async () => {
      worker.postMessage('stop')
      const [probed] = (await once(worker, 'message')) as [Probed]
      return probed
    },
  }
}

if (parentPort !== null) await probe(workerData as { url: string })

async function probe({ url }: { url: string }): Promise<void> {
  const probed: Probed = { asked: 0, late: 0, worstMs: 0, loopDelayMs: 0, machineDelayMs: 0 }
  const ending = new AbortController()
  parentPort?.once('message', () => ending.abort())
  // The metric begins anew each time it is read.
  await read(`${url}/metrics`)
  while (!ending.signal.aborted) {
    const start = performance.now()
    await read(`${url}/health`)
    const tookMs = performance.now() - start
    probed.asked++
    if (tookMs > HEALTH_GOAL_MS) probed.late++
    probed.worstMs = Math.max(probed.worstMs, tookMs)
    const waitMs = Math.max(0, EVERY_MS - tookMs)
    const from = performance.now()
    await new Promise((done) => setTimeout(done, waitMs))
    probed.machineDelayMs = Math.max(probed.machineDelayMs, performance.now() - from - waitMs)
  }
  const metrics = await read(`${url}/metrics`)
  probed.loopDelayMs =
    Number(/^nodejs_eventloop_lag_max_seconds\{.*\} (\S+)/m.exec(metrics)?.[1]) * 1000
  parentPort?.postMessage(probed)
}

/** @throws where the service does not answer with 200 */
function read(url: string): Promise<string> {
  return new Promise((done, failed) => {
    const asked = get(url, { agent: false, timeout: 60_000 }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.once('end', () => {
        if (answer.statusCode === 200) done(text)
        else failed(new Error(`${url} answered ${answer.statusCode}`))
      })
    })
    asked.once('timeout', () => asked.destroy(new Error(`${url} timed out after a minute`)))
    asked.once('error', failed)
  })
}
