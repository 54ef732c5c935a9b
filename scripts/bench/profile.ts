/**
 * Where processor time goes: V8's sampling profiles of this process and of all it starts, over what
 * a benchmark measures (`performance.measure`), summed by function.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as inspector from 'node:inspector/promises'
import { join } from 'node:path'

export type CallFrame = { functionName: string; url: string; lineNumber: number }

/** What DevTools and `node --cpu-prof` write; times in microseconds of the monotonic clock. */
export type CpuProfile = {
  nodes: { id: number; callFrame: CallFrame }[]
  startTime: number
  samples: number[]
  timeDeltas: number[]
}

export type Span = { fromUs: number; toUs: number }

/** Microseconds between samples: 1 ms costs under a hundredth of what is measured. */
const SAMPLE_US = 1000
const SHOWN = 25
/** The engine's names for waiting. */
const IDLE = new Set(['(idle)', '(root)', '(program)'])

/**
 * Starts to profile.
 * @param folder where the profiles are kept, for DevTools to open
 * @returns what stops it and gives the table of what took longest
 */
export async function startProfile(folder: string): Promise<() => Promise<string>> {
  mkdirSync(folder)
  const options = process.env['NODE_OPTIONS'] ?? ''
  process.env['NODE_OPTIONS'] = `${options} --cpu-prof --cpu-prof-dir=${folder}`
  const session = new inspector.Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US })
  await session.post('Profiler.start')
  const clockUs = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    process.env['NODE_OPTIONS'] = options
    const spans = performance.getEntriesByType('measure').map(({ startTime, duration }) => ({
      fromUs: clockUs + startTime * 1000,
      toUs: clockUs + (startTime + duration) * 1000,
    }))
    writeFileSync(join(folder, 'bench.cpuprofile'), JSON.stringify(profile))
    const profiles = readdirSync(folder).map(
      (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile,
    )
    return [placeOf, nameOf].map((by) => table(selfTimes(profiles, spans, by))).join('')
  }
}

/** Milliseconds of functions by themselves within the spans, summed by name, the longest first. */
export function selfTimes(
  profiles: readonly CpuProfile[],
  spans: readonly Span[],
  by: (frame: CallFrame) => string,
): { name: string; ms: number }[] {
  const found = new Map<string, number>()
  for (const { nodes, startTime, samples, timeDeltas } of profiles) {
    const names = new Map(nodes.map(({ id, callFrame }) => [id, by(callFrame)]))
    let at = startTime
    samples.forEach((id, i) => {
      // A sample stands for the time until the next one.
      at += timeDeltas[i] as number
      const name = names.get(id) as string
      if (IDLE.has(name) || !spans.some(({ fromUs, toUs }) => at >= fromUs && at < toUs)) return
      const us = Math.min(timeDeltas[i + 1] ?? 0, 10 * SAMPLE_US)
      found.set(name, (found.get(name) ?? 0) + us / 1000)
    })
  }
  return [...found]
    .map(([name, ms]) => ({ name, ms }))
    .sort((a, b) => b.ms - a.ms || a.name.localeCompare(b.name))
}

/** The package, or the folder of a package of ours. */
function placeOf({ functionName, url }: CallFrame): string {
  if (functionName.startsWith('(')) return functionName
  const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  const [, ours] = /\/((?:packages|apps|e2e)\/[^/]+(?:\/src)?(?:\/[^/.]+)?)/.exec(url) ?? []
  return library ?? ours ?? (url.replace(/(?<=^(?:node|wasm):)\/*([^/]*).*/, '$1') || 'engine')
}

/** `multiply g1.ts:12`; what the engine itself does stands in brackets. */
function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  if (functionName.startsWith('(')) return functionName
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')
  return `${functionName || 'a function without a name'} ${file}${url ? `:${lineNumber + 1}` : ''}`
}

function table(rows: readonly { name: string; ms: number }[]): string {
  const total = rows.reduce((sum, { ms }) => sum + ms, 0)
  const lines = rows
    .slice(0, SHOWN)
    .map(({ name, ms }) => `${((ms / total) * 100).toFixed(1).padStart(5)} %  ${name}`)
  return [`${total.toFixed(0)} ms of running functions`, ...lines, ''].join('\n')
}
