/**
 * Loaded before every test file: a test that passes without having reached an assertion fails. So
 * one whose loop is empty, whose callback is never called or which only runs code can't stand for
 * evidence.
 */
import assert from 'node:assert'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, beforeEach, type TestContext } from 'node:test'
import { isMainThread } from 'node:worker_threads'

/** Threads and forked processes of a test inherit what is loaded before it, but are not tests. */
const IS_TEST = /\.test\.[cm]?[jt]s$|[\\/](simulate|together)\.ts$/.test(process.argv[1] ?? '')

let reached = 0
const before = new WeakMap<object, number>()
const skipped = new WeakSet<object>()

if (isMainThread && IS_TEST) {
  for (const functions of [assert, assert.strict]) countCalls(functions)
  syncBuiltinESMExports()
  beforeEach((context) => {
    before.set(context, reached)
    noteSkip(context as TestContext)
  })
  afterEach((context) => {
    const test = context as TestContext & { error: unknown }
    if (reached !== before.get(test) || skipped.has(test) || test.error !== null) return
    throw new Error('this test reached no assertion')
  })
}

/**
 * Counts an assertion that is not made through `node:assert`: a property that fast-check has tried.
 */
export function countAssertion(): void {
  reached++
}

function countCalls(functions: object): void {
  const record = functions as Record<string, unknown>
  for (const [name, value] of Object.entries(record)) {
    if (typeof value !== 'function' || !/^[a-z]/.test(name) || name === 'strict') continue
    record[name] = function (this: unknown, ...args: unknown[]) {
      reached++
      return Reflect.apply(value, this, args)
    }
  }
}

/** A test that skips itself says why; it needs no assertion. */
function noteSkip(test: TestContext): void {
  const skip = test.skip.bind(test)
  test.skip = (message?: string) => {
    skipped.add(test)
    skip(message)
  }
}
