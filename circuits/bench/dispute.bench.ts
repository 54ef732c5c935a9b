import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Figure } from '@ambrosia/testing/Figure'

/**
 * The circuits of a dispute: constraints by part as the headers state them (a test counts them),
 * set-up from nothing, and witness and proof of a step by the prover's process, which the first
 * proof warms.
 */
export const name = 'dispute'
export const figures = ['dispute.constraints', 'dispute.setup', 'dispute.witness', 'dispute.proof']

const FOLDER = join(import.meta.dirname, '..')
const RUNS = 5
/**
 * Of the prototype that this began as (2^40 bytes, 4 MiB of code): constraints of a step, seconds
 * of processor time of a proof.
 */
const PROTOTYPE = { constraints: 16_270, proof: 2.8 }

/** @param options `only` names a figure or a group. */
export async function run(options: { only?: string } = {}): Promise<{ figures: Figure[] }> {
  const group = options.only?.split('.')[1]
  const wanted = (part: string) => group === undefined || group === part
  const found: Figure[] = []
  if (wanted('constraints')) found.push(...constraints())
  if (wanted('setup')) found.push(setup())
  if (wanted('witness') || wanted('proof')) found.push(...(await proofs()))
  return { figures: found }
}

function constraints(): Figure[] {
  const sources = join(FOLDER, 'src')
  return readdirSync(sources).flatMap((file): Figure[] => {
    const stated = /^ \* Constraints: ([\d,]+)/m.exec(readFileSync(join(sources, file), 'utf8'))
    if (stated === null) return []
    const value = Number(stated[1]?.replace(',', ''))
    const figure = {
      name: `dispute.constraints.${file.replace('.circom', '')}`,
      value,
      unit: 'constraints',
    }
    if (file !== 'step.circom') return [{ ...figure, against: null, ratio: null }]
    const against = `${PROTOTYPE.constraints} prototype`
    return [{ ...figure, against, ratio: round(PROTOTYPE.constraints / value) }]
  })
}

/** Compiling the three circuits and making their development keys, in an empty cache. */
function setup(): Figure {
  const cache = mkdtempSync(join(tmpdir(), 'ambrosia-bench-'))
  try {
    const env = { ...process.env, AMBROSIA_CACHE: cache }
    const { stdout, status } = spawnSync(process.execPath, [join(FOLDER, 'build.ts'), '--json'], {
      env,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error('the circuits could not be built')
    const { seconds } = JSON.parse(stdout.trim().split('\n').at(-1) as string)
    const against = '60 goal'
    return { name: 'dispute.setup', value: seconds, unit: 's', against, ratio: round(60 / seconds) }
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
}

/** The median times of one step, proven again and again by one process. */
async function proofs(): Promise<Figure[]> {
  const prover = spawn(process.execPath, [join(FOLDER, 'prover.ts'), 'serve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const input = stepInput()
  for (let id = 0; id <= RUNS; id++) {
    prover.stdin.write(`${JSON.stringify({ id, method: 'prove', circuit: 'step', input })}\n`)
  }
  prover.stdin.end()
  const times: { witness: number; proof: number }[] = []
  for await (const line of createInterface({ input: prover.stdout })) {
    const { ok, result, error } = JSON.parse(line)
    if (!ok) throw new Error(`the prover failed: ${error.code}`)
    times.push(result.milliseconds)
  }
  const warm = times.slice(1)
  const witness = median(warm.map((time) => time.witness))
  const proof = median(warm.map((time) => time.proof)) / 1000
  return [
    { name: 'dispute.witness.step', value: witness, unit: 'ms', against: null, ratio: null },
    {
      name: 'dispute.proof.step',
      value: round(proof),
      unit: 's',
      against: `${PROTOTYPE.proof} prototype, one thread`,
      ratio: round(PROTOTYPE.proof / proof),
    },
  ]
}

/**
 * The first step of the vectors; what the program id is made of beside the table does not matter.
 */
function stepInput(): unknown {
  const file = join(FOLDER, '../vectors/machine/steps.json')
  const { zeros, valid } = JSON.parse(readFileSync(file, 'utf8'))
  const { witness } = valid[0]
  const fill = (path: (string | null)[][]) =>
    path.map((children, level) => children.map((child) => child ?? zeros[level]))
  const paths = { programPath: fill(witness.programPath), memoryPath: fill(witness.memoryPath) }
  const program = {
    programRoot: witness.programRoot,
    imageRoot: '0x1',
    registersHash: '0x2',
    entry: 0,
  }
  return { program, witness: { ...witness, ...paths } }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
