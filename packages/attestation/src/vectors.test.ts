// The formats once more, on node:crypto alone.
import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Kind } from './Evidence.ts'
import * as Evidence from './Evidence.ts'
import * as Measurement from './Measurement.ts'
import * as Software from './Software.ts'

type Vectors = {
  valid: {
    root: string
    publicKey: Hex
    measurement: Hex
    reportData: Hex
    expiresAtSec: number
    evidence: Hex
    hash: Hex
  }[]
  measurements: { kind: Kind; registers: Record<string, string>; measurement: Hex }[]
}

const file = new URL('../../../vectors/attestation/evidence.json', import.meta.url)
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'))
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replace(/^0x/, ''), 'hex'))

function tagged(label: string, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of [Buffer.from(label), ...parts]) {
    const size = Buffer.alloc(8)
    size.writeBigUInt64BE(BigInt(part.length))
    hash.update(size).update(part)
  }
  return hash.digest()
}

describe('vectors', () => {
  it('software evidence', () => {
    for (const vector of vectors.valid) {
      const bytes = bytesOf(vector.evidence)
      const { kind, parts } = Evidence.decode(bytes)
      const verdict = Software.verify(
        { kind, parts },
        { roots: { [vector.root]: vector.publicKey } },
        vector.expiresAtSec,
      )
      assert.equal(verdict.measurement, vector.measurement)
      assert.equal(toHex(verdict.reportData), vector.reportData)
      assert.equal(toHex(Evidence.hash(bytes)), vector.hash)
      assert.equal(`0x${createHash('sha256').update(bytes).digest('hex')}`, vector.hash)
      const x = Buffer.from(bytesOf(vector.publicKey)).toString('base64url')
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
      const digest = tagged('ambrosia/software-attestation/1', ...parts.slice(0, 4))
      assert.ok(verify(null, digest, key, parts[4] as Uint8Array))
    }
  })

  it('measurements', () => {
    assert.ok(vectors.measurements.length > 0)
    for (const { kind, registers, measurement } of vectors.measurements) {
      const values = Object.entries(registers).map(([name, hex]) => [name, bytesOf(hex)] as const)
      assert.equal(Measurement.fromRegisters(kind, Object.fromEntries(values)), measurement)
      const parts = [...values]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, value]) => Buffer.concat([Buffer.from(`${name}=`), value]))
      const ours = tagged('ambrosia/measurement/1', Buffer.from(kind), ...parts)
      assert.equal(`0x${ours.toString('hex')}`, measurement)
    }
  })
})
