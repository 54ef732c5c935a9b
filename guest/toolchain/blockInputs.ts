import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildHostTool } from './build.ts'
import { cacheFolder } from './cache.ts'
import { GuestError } from './errors.ts'
import type { Program } from './programs.ts'

/** One input of the block guest and how it must end (package ambrosia/block/testblocks). */
export type BlockCase = {
  name: string
  about: string
  /** Path of the input. */
  file: string
  sizeBytes: number
  exitCode: number
  transactions: number
  gasUsed: number
}

/** The inputs for this state of the sources, if they were made before. */
export function cachedBlockInputs(block: Program): readonly BlockCase[] | undefined {
  const folder = inputFolder(block)
  if (!existsSync(join(folder, 'cases.json'))) return undefined
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as BlockCase[]
  return cases.map((c) => ({ ...c, file: join(folder, c.file) }))
}

/** Makes the inputs, honest and forged, or finds them in the cache. */
export function blockInputs(block: Program, log: (line: string) => void): readonly BlockCase[] {
  const cached = cachedBlockInputs(block)
  if (cached !== undefined) return cached
  const tool = buildHostTool(block.module, './cmd/blocks', log)
  log('making blocks and witnesses')
  mkdirSync(dirname(inputFolder(block)), { recursive: true })
  const folder = mkdtempSync(join(dirname(inputFolder(block)), 'inputs-'))
  const result = spawnSync(tool, [folder], { encoding: 'utf8' })
  if (result.status !== 0) throw new GuestError('Guest.Compile', `blocks failed:\n${result.stderr}`)
  // Another process may have made the same inputs meanwhile.
  if (cachedBlockInputs(block) === undefined) renameSync(folder, inputFolder(block))
  else rmSync(folder, { recursive: true })
  return blockInputs(block, log)
}

function inputFolder(block: Program): string {
  return join(cacheFolder(block.module), 'inputs')
}
