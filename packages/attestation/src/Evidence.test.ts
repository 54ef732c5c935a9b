import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ATTESTATION_EVIDENCE_SIZE_BYTES } from '@ambrosia/primitives/Limits'
import * as Evidence from './Evidence.ts'

const evidence: Evidence.Evidence = {
  kind: 'sev-snp',
  parts: [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(300).fill(7)],
}

describe('Evidence', () => {
  it('comes back as it went', () => {
    const bytes = Evidence.encode(evidence)
    assert.deepEqual(Evidence.decode(bytes), evidence)
    assert.equal(bytes.length, 3 + 3 * 2 + 303)
  })

  it('is refused where it ends, at every byte, and where anything follows', () => {
    const bytes = Evidence.encode(evidence)
    for (let size = 0; size < bytes.length; size++) {
      const cut = bytes.subarray(0, size)
      assert.throws(() => Evidence.decode(cut), { code: 'Attestation.Malformed' }, `${size} bytes`)
    }
    const longer = Uint8Array.of(...bytes, 0)
    assert.throws(() => Evidence.decode(longer), { code: 'Attestation.Malformed' })
  })

  it('has a size at which it ends', () => {
    const full = new Uint8Array(ATTESTATION_EVIDENCE_SIZE_BYTES - 5)
    const bytes = Evidence.encode({ kind: 'tdx', parts: [full] })
    assert.equal(Evidence.decode(bytes).parts[0]?.length, full.length)
    const over = { kind: 'tdx', parts: [new Uint8Array(full.length + 1)] } as const
    assert.throws(() => Evidence.encode(over), { code: 'Attestation.Malformed' })
    const long = new Uint8Array(bytes.length + 1)
    assert.throws(() => Evidence.decode(long), { code: 'Attestation.Malformed' })
  })

  it('refuses another version, an unknown kind, no part and too many', () => {
    for (const head of [
      [2, 0, 1],
      [1, 5, 1],
      [1, 0, 0],
      [1, 0, 9],
    ]) {
      const bytes = Uint8Array.of(...head, ...new Array(18).fill(0))
      assert.throws(() => Evidence.decode(bytes), { code: 'Attestation.Malformed' }, String(head))
    }
  })
})
