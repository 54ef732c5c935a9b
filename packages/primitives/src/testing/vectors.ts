import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const VECTORS = resolve(import.meta.dirname, '../../../../vectors')

/**
 * A vector file such as `primitives/merkleTree.json`: cases that hold and cases that must be
 * refused.
 */
export function readVectors<Valid, Invalid>(
  path: string,
): { source: string; valid: Valid[]; invalid: Invalid[] } {
  return JSON.parse(readFileSync(join(VECTORS, path), 'utf8'))
}
