/**
 * A lie about a go-ethereum block of 1, 10 and 100 transfers, disputed whole between two processes:
 * the challenger's look at the claim and the game down to the step that has no proof. Needs the
 * block guest and its inputs in ~/.cache/ambrosia/guest (`node guest/build.ts block`).
 * Run: npm run bench -- dispute.block
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Figure } from '@ambrosia/testing/Figure'

const TRANSFERS = [1, 10, 100] as const

export const name = 'dispute'
export const figures = TRANSFERS.map((transfers) => `dispute.block.${transfers}`)

/** Seconds of a dispute over the block of 100 transfers. */
const GOAL = 60
const DEMO_MS = 900_000

/** @param options `only` names a figure or a group such as `dispute.block.100`. */
export async function run(options: { only?: string } = {}): Promise<{ figures: Figure[] }> {
  const { only = 'dispute' } = options
  const found: Figure[] = []
  for (const transfers of TRANSFERS) {
    const figure = `dispute.block.${transfers}`
    if (!figure.startsWith(only) && !only.startsWith(`${figure}.`)) continue
    const block = findBlock(transfers)
    if (block !== undefined) found.push(...measure(figure, block, transfers === 100))
  }
  return { figures: found }
}

type DemoResult = {
  ok: boolean
  winner: string
  rounds: number
  gas: number
  peakBytes: number
  runSteps: number
  steps: { name: string; ms: number }[]
}

function measure(
  figure: string,
  { elf, input }: { elf: string; input: string },
  hasGoal: boolean,
): Figure[] {
  const home = mkdtempSync(join(tmpdir(), 'ambrosia-bench-'))
  try {
    const demo = ['dispute', 'demo', '--program', elf, '--input', input, '--json']
    const main = join(import.meta.dirname, '../src/main.ts')
    const { stdout, stderr } = spawnSync(process.execPath, [main, ...demo], {
      env: { ...process.env, AMBROSIA_HOME: home, NODE_NO_WARNINGS: '1' },
      encoding: 'utf8',
      timeout: DEMO_MS,
    })
    const result = JSON.parse(stdout.trim().split('\n').at(-1) || '{}') as DemoResult
    if (result.ok !== true) throw new Error(`the demonstration failed: ${stderr.slice(-500)}`)
    const took = (step: string) => (result.steps.find((one) => one.name === step)?.ms ?? 0) / 1000
    const seconds = took('challenge') + took('game')
    const plain = { against: null, ratio: null }
    return [
      {
        name: `${figure}.seconds`,
        value: round(seconds),
        unit: 's',
        ...(hasGoal ? { against: `${GOAL} goal`, ratio: round(GOAL / seconds) } : plain),
      },
      { name: `${figure}.run`, value: round(took('run')), unit: 's', ...plain },
      { name: `${figure}.steps`, value: result.runSteps, unit: 'steps', ...plain },
      { name: `${figure}.rounds`, value: result.rounds, unit: 'rounds', ...plain },
      { name: `${figure}.gas`, value: result.gas, unit: 'gas', ...plain },
      { name: `${figure}.memory`, value: round(result.peakBytes / 2 ** 20), unit: 'MiB', ...plain },
    ]
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** The newest block guest of this machine with its input. */
function findBlock(transfers: number): { elf: string; input: string } | undefined {
  const pattern = join(
    homedir(),
    `.cache/ambrosia/guest/block-*/inputs/transfers-${transfers}.input`,
  )
  const [newest] = globSync(pattern)
    .map((input) => ({ input, elf: join(dirname(dirname(input)), 'block.elf') }))
    .filter(({ elf }) => existsSync(elf))
    .sort((a, b) => statSync(b.input).mtimeMs - statSync(a.input).mtimeMs)
  if (newest === undefined) {
    process.stderr.write(
      'dispute.block: no block guest in ~/.cache/ambrosia/guest; build it with guest/build.ts\n',
    )
  }
  return newest
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
