// Loaded before the command line of a player that lies: its runs tell false states after the step
// that AMBROSIA_TEST_LIE_AT names. The rest is the command as it is.

import { registerHooks } from 'node:module'

const RUNS = '/dispute/src/process/RunThread.ts'
const LYING = new URL('./lyingRunThread.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    const isTheirs = resolved.url.endsWith(RUNS) && context.parentURL !== LYING
    return isTheirs ? { ...resolved, url: LYING } : resolved
  },
})
