/**
 * One large record issued over a network: how long the hospital waits, and how long others wait for
 * `/health` meanwhile, asked from a thread of its own. Run: npm run bench -- issuer
 */
import * as Keys from '@ambrosia/credentials/Keys'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { random } from '@ambrosia/primitives/Bytes'
import { withEnding } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { HEALTH_GOAL_MS, startProbe } from '../load/probe.ts'
import { watchProcess } from '../load/processOf.ts'

export const name = 'issuer'
export const figures = [
  'issuer.large.time',
  'issuer.large.work',
  'issuer.large.memory',
  'issuer.large.health',
  'issuer.large.loop',
]

const SIZE_BYTES = 20_000_000
const MOST_GENERATED = 5000

const AS_OF = new Date('2026-06-01T00:00:00Z')

/** One person's record of about so many bytes: what the generator makes, as often as it takes. */
function bundleOf(sizeBytes: number): Uint8Array {
  const { resources } = Generator.patient({
    ...{ seed: 5, asOf: AS_OF, condition: 'diabetes', resources: MOST_GENERATED },
  })
  const times = Math.max(1, Math.round(sizeBytes / Bundle.write(resources).length))
  const others = resources.filter(({ type }) => type !== 'Patient')
  const copies = Array.from({ length: times - 1 }, () =>
    others.map((resource) => {
      const id = crypto.randomUUID()
      return {
        ...resource,
        fullUrl: `urn:uuid:${id}`,
        value: { ...(resource.value as object), id },
      }
    }),
  )
  return Bundle.write([...resources, ...copies.flat()])
}

export async function run({ sizeBytes = SIZE_BYTES }: { sizeBytes?: number }) {
  return await withEnding(async (t) => {
    const network = await startNetwork(t, { oracleCount: 1 })
    const body = bundleOf(sizeBytes)
    const holder = Keys.createHolderKey(random).did
    // What is loaded and compiled once is not what is asked here.
    const { resources: few } = Generator.patient({ seed: 6, asOf: AS_OF, resources: 50 })
    await network.issuer.issue(Bundle.write(few), holder, 'safe-harbor')

    const probe = startProbe(network.file.services.issuer)
    const memory = watchProcess(network.supervisor.get('issuer').pid as number)
    const start = performance.now()
    const issued = await network.issuer.issue(body, holder, 'safe-harbor')
    const seconds = (performance.now() - start) / 1000
    const { memoryBytes, workSec } = memory.stop()
    const probed = await probe.stop()
    const seen = { bytes: body.length, digests: issued.digestCount, ...probed }
    process.stderr.write(`issuer.large: ${JSON.stringify(seen)}\n`)
    const figure = (part: string, value: number, unit: string, against: number | null = null) => ({
      name: `issuer.large.${part}`,
      value,
      unit,
      against,
      ratio: against === null ? null : against / value,
    })
    return {
      figures: [
        figure('time', seconds, 's'),
        figure('work', workSec, 's of processor time'),
        figure('memory', memoryBytes / 2 ** 20, 'MiB'),
        figure('health', probed.worstMs, 'ms, slowest', HEALTH_GOAL_MS),
        figure('loop', probed.loopDelayMs, 'ms, longest'),
      ],
    }
  })
}
