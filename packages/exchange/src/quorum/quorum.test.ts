import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromHex, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import * as CertificateBatch from './CertificateBatch.ts'
import * as OracleSet from './OracleSet.ts'
import * as QuorumProof from './QuorumProof.ts'

const hashOf = (text: string): Hex => toHex(keccak256(fromUtf8(text)))

describe('batches', () => {
  it('lead from every certificate to the root, in every size', () => {
    for (let size = 1; size <= 19; size++) {
      const hashes = Array.from({ length: size }, (_, index) => hashOf(`${index}`))
      const { root, paths } = CertificateBatch.batchCertificates(hashes)
      for (const [index, hash] of hashes.entries()) {
        const path = paths[index] as CertificateBatch.BatchPath
        assert.equal(CertificateBatch.rootFrom(hash, path), root, `${index} of ${size}`)
        assert.ok(path.path.length <= Math.ceil(Math.log2(size)), `${index} of ${size}`)
        const other = CertificateBatch.rootFrom(hashOf('another'), path)
        assert.notEqual(other, root, `${index} of ${size}`)
      }
    }
  })

  it('a node is never a leaf', () => {
    const [a, b] = [hashOf('a'), hashOf('b')]
    const { root } = CertificateBatch.batchCertificates([a, b])
    const inner = toHex(keccak256(Uint8Array.of(1), fromHex(a), fromHex(b)))
    assert.notEqual(CertificateBatch.batchCertificates([inner]).root, root)
    assert.throws(() => CertificateBatch.batchCertificates([]))
  })
})

describe('sets', () => {
  const entries = Array.from({ length: 3 }, (_, index) => ({
    operator: `0x${`a${index}`.repeat(20)}` as Hex,
    signer: `0x${`b${index}`.repeat(20)}` as Hex,
    power: 10n ** 24n + BigInt(index),
    commissionBps: 100 * index,
    ...(index === 1 ? { blsKey: QuorumProof.blsPublicKey(new Uint8Array(32).fill(9)) } : {}),
  }))

  it('come back as they went', () => {
    const code = OracleSet.encode(entries)
    assert.deepEqual(OracleSet.decode(code), entries)
    for (const size of [0, 1, 14, code.length - 1]) {
      assert.throws(() => OracleSet.decode(code.subarray(0, size)), { code: 'Quorum.MalformedSet' })
    }
    assert.throws(() => OracleSet.encode([]), { code: 'Quorum.MalformedSet' })
    const tooMany = new Array(OracleSet.MAXIMUM_ORACLES + 1).fill(entries[0])
    assert.throws(() => OracleSet.encode(tooMany), { code: 'Quorum.MalformedSet' })
  })
})

describe('BLS', () => {
  const digest = hashOf('digest')
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

  it('verifies what was signed, and nothing else', () => {
    const signature = QuorumProof.signBls(digest, one)
    const key = QuorumProof.blsPublicKey(one)
    assert.ok(QuorumProof.verifyBls(digest, signature, key))
    assert.ok(!QuorumProof.verifyBls(hashOf('other'), signature, key))
    assert.ok(!QuorumProof.verifyBls(digest, signature, QuorumProof.blsPublicKey(two)))
    assert.ok(!QuorumProof.verifyBls(digest, signature, key, 'ANOTHER-PURPOSE'))
    assert.ok(!QuorumProof.verifyBls(digest, `0x${'00'.repeat(128)}`, key))
    assert.ok(!QuorumProof.verifyBls(digest, '0x', key))
    const overPrime: Hex = `0x${'ff'.repeat(128)}`
    assert.ok(!QuorumProof.verifyBls(digest, overPrime, key))
  })

  it('refuses two signatures of one place, none, and malformed ones', () => {
    const signature = QuorumProof.signBls(digest, one)
    const twice = [
      { place: 1, signature },
      { place: 1, signature },
    ]
    const malformed = { code: 'Quorum.MalformedSignatures' }
    assert.throws(() => QuorumProof.aggregateSignatures(1n, twice), malformed)
    assert.throws(() => QuorumProof.packSignatures(1n, []), malformed)
    assert.throws(() => QuorumProof.packSignatures(1n, [{ place: 0, signature: '0x00' }]), {
      code: 'Quorum.MalformedSignature',
    })
  })
})
