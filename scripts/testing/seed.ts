/**
 * Loaded before a test file with properties: every run tries the same cases, so a failure is never a matter of luck.
 * AMBROSIA_SEED (an integer) tries others; fast-check prints the seed of a failure.
 */
import fc from 'fast-check'

const seed = Number(process.env['AMBROSIA_SEED'] ?? 20260101)
if (!Number.isSafeInteger(seed)) throw new Error('AMBROSIA_SEED is an integer')
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
