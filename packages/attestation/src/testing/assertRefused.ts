import assert from 'node:assert/strict'
import type { Reason } from '../Refusal.ts'

/** That a promise ends in a refusal for a reason. */
export async function assertRefused(
  promise: Promise<unknown>,
  reason: Reason,
  message?: string,
): Promise<void> {
  await assert.rejects(promise, { code: `Attestation.${reason}` }, message)
}

/** A copy with one bit of one byte turned. */
export function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = (changed[at] as number) ^ 1
  return changed
}
