/**
 * Streams NDJSON of the given size through the reader and selects from it, resource by resource,
 * then prints time and peak memory. Run by health.bench.ts in a process of its own.
 */
import * as Bundle from '../src/Bundle.ts'
import * as Generator from '../src/Generator.ts'
import { mainCode } from '../src/Resource.ts'

const sizeBytes = Number(process.argv[2])
const asOf = new Date('2026-05-01T00:00:00Z')
const { resources } = Generator.patient({ seed: 1, asOf, condition: 'diabetes', resources: 1000 })
const block = Bundle.writeNdjson(resources)

async function* source(): AsyncGenerator<Uint8Array> {
  const part = 64 * 1024
  for (let sent = 0; sent < sizeBytes; ) {
    for (let at = 0; at < block.length && sent < sizeBytes; at += part) {
      const chunk = block.subarray(at, at + part)
      sent += chunk.length
      yield chunk
    }
  }
}

/** Ends at the last whole line: the source is cut at a number of bytes. */
async function count(): Promise<number> {
  let found = 0
  try {
    for await (const resource of Bundle.readNdjson(source())) {
      if (mainCode(resource)?.code === '4548-4') found++
    }
  } catch (error) {
    if ((error as { code?: string }).code !== 'Bundle.NotFhir') throw error
  }
  return found
}

const idleBytes = process.memoryUsage.rss()
/** Processor time, seconds. */
function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

const start = process.cpuUsage()
const found = await count()
const seconds = secondsSince(start)
const peakBytes = process.resourceUsage().maxRSS * 1024
const lines = new TextDecoder().decode(block).trimEnd().split('\n')
const baseStart = process.cpuUsage()
for (let sent = 0; sent < sizeBytes; sent += block.length) {
  for (const line of lines) JSON.parse(line)
}
const baseSeconds = secondsSince(baseStart)
process.stdout.write(JSON.stringify({ found, seconds, baseSeconds, idleBytes, peakBytes }))
