/**
 * Memory of each service under sixty hostile bodies at one time, each as large and as full of
 * values as its route takes. Nothing of them is taken. Run: npm run bench -- hostile
 */
import { withEnding } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { createFloods, type Flood } from '../load/floods.ts'
import { startProbe } from '../load/probe.ts'
import { watchProcess } from '../load/processOf.ts'

export const name = 'hostile'
const FLOODS = [
  'issuer.stranger',
  'issuer.operator',
  'store.tickets',
  'store.documents',
  'store.uploads',
  'oracle.submissions',
]
export const figures = FLOODS.flatMap((flood) =>
  ['before', 'memory', 'health'].map((part) => `hostile.${flood}.${part}`),
)

/** Most that a service may hold beyond what it holds at rest, MiB. */
const MOST_MIB = 1024

export async function run(options: { only?: string }) {
  const { only } = options
  const isWanted = (flood: string): boolean =>
    !only?.startsWith('hostile.') || only.startsWith(`hostile.${flood}`)
  return await withEnding(async (t) => {
    const network = await startNetwork(t)
    const measured = []
    for (const flood of createFloods(network))
      if (isWanted(flood.name)) measured.push(...(await measure(flood)))
    return { figures: measured }
  })
}

async function measure(flood: Flood) {
  const before = watchProcess(flood.pid).stop().memoryBytes / 2 ** 20
  const probe = startProbe(flood.url)
  const memory = watchProcess(flood.pid)
  const answers = await flood.sendAll()
  const most = memory.stop().memoryBytes / 2 ** 20
  const { worstMs } = await probe.stop()
  const counts: Record<string, number> = {}
  for (const { status, code = 'connection ended' } of answers) {
    const key = status === 0 ? code : `${status} ${code}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  const seen = { counts, before, most, worstMs }
  process.stderr.write(`hostile.${flood.name}: ${JSON.stringify(seen)}\n`)
  const amiss = answers.filter(
    ({ status }) => status !== 503 && (status >= 500 || (status > 0 && status < 400)),
  )
  if (amiss.length > 0) throw new Error(`hostile.${flood.name}: ${amiss.length} were not refused`)
  const figure = (part: string, value: number, unit: string, against: number | null = null) => ({
    name: `hostile.${flood.name}.${part}`,
    value,
    unit,
    against,
    ratio: against === null ? null : against / value,
  })
  return [
    figure('before', before, 'MiB'),
    figure('memory', most, 'MiB', before + MOST_MIB),
    figure('health', worstMs, 'ms, slowest'),
  ]
}
