import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contractsFolder } from '../compile/sourceList.ts'

/**
 * Compares gas with `contracts/snapshots/<domain>/gas.json`: a difference fails, so that a change
 * of gas is seen where it is made. With `GAS_SNAPSHOT=write` it writes the file instead.
 */
export async function assertGas(
  domain: string,
  figures: Readonly<Record<string, number>>,
): Promise<void> {
  const path = join(contractsFolder, 'snapshots', domain, 'gas.json')
  if (process.env['GAS_SNAPSHOT'] === 'write') {
    await writeFile(path, `${JSON.stringify(figures, null, 1)}\n`)
    return
  }
  const recorded = JSON.parse(await readFile(path, 'utf8')) as unknown
  assert.deepEqual(figures, recorded, 'gas differs from the snapshot')
}
