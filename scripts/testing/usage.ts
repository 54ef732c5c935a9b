/**
 * Loaded before a test file: on its way out, the process writes down what it and those it started
 * have cost. `?of=PID` is the runner, whose child alone writes (threads and grandchildren inherit
 * what is loaded before it), `&to=FILE` where.
 */
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { usedMs } from './processorTime.ts'

const { searchParams } = new URL(import.meta.url)
const file = searchParams.get('to')

if (isMainThread && file !== null && Number(searchParams.get('of')) === process.ppid) {
  process.on('exit', () => writeFileSync(file, String(Math.round(usedMs()))))
}
