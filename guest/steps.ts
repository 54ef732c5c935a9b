#!/usr/bin/env node
// Runs the honest blocks on the machine and writes guest/steps.json: the steps each of them takes.
// Run it after the block guest changed; the tests hold every later run to these numbers.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onMachine } from './test/onMachine.ts'
import { blockInputs } from './toolchain/blockInputs.ts'
import { buildProgram } from './toolchain/build.ts'
import { findProgram } from './toolchain/programs.ts'

const log = (line: string) => process.stderr.write(`${line}\n`)
const block = findProgram('block')
if (block === undefined) throw new Error('no block guest')
const run = onMachine(buildProgram(block, log).elf)
const steps: Record<string, number> = {}
for (const { name, file, exitCode, sizeBytes, transactions, gasUsed } of blockInputs(block, log)) {
  if (exitCode !== 0) continue
  const result = run(readFileSync(file))
  if (result.status !== 'halted' || result.exitCode !== 0)
    throw new Error(`${name}: ${result.output}`)
  steps[name] = Number(result.steps)
  log(
    `${name}: ${transactions} transactions, ${gasUsed} gas, input ${sizeBytes} bytes, ${result.steps} steps`,
  )
}
writeFileSync(join(import.meta.dirname, 'steps.json'), `${JSON.stringify(steps, null, 2)}\n`)
