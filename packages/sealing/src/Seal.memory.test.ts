import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./testing/sealStream.ts', import.meta.url))

/** Peak resident memory of a process that seals, opens and addresses a stream, bytes. */
function peakOf(sizeBytes: number): number {
  const { stdout, status } = spawnSync(process.execPath, [program, String(sizeBytes)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
  })
  assert.equal(status, 0)
  const { openedSizeBytes, peakSizeBytes } = JSON.parse(stdout)
  assert.equal(openedSizeBytes, sizeBytes)
  return peakSizeBytes
}

describe('Seal as a stream', () => {
  it('needs the same memory for 64 MiB and for 256 MiB', () => {
    const MIB = 1024 * 1024
    const [small, large] = [peakOf(64 * MIB), peakOf(256 * MIB)]
    // Holding the payload would cost 192 MiB more; what is left is how late the garbage collector
    // comes.
    assert.ok(large - small < 96 * MIB, `${small / MIB} MiB, then ${large / MIB} MiB`)
  })
})
