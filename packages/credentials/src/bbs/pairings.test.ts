import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as Bbs from '../Bbs.ts'

const ciphersuite = 'BLS12-381-SHA-256'
const messages = ['a', 'b', 'c'].map(fromUtf8)
const shown = { messages: messages.slice(0, 1), disclosedIndexes: [0] }

/** A proof under this key, signed by the same key or, forged, by another. */
function proofOf(key: Bbs.KeyPair, signer = key) {
  const { publicKey } = key
  const { secretKey } = signer
  const signature = Bbs.sign({ ciphersuite, secretKey, publicKey, messages })
  const common = { ciphersuite, publicKey } as const
  const proof = Bbs.prove({ ...common, signature, messages, disclosedIndexes: [0] })
  return { ...common, ...shown, proof }
}

describe('pairings', () => {
  let keys: Bbs.KeyPair[]

  before(async () => {
    await Bbs.ready()
    keys = [1, 2, 3].map((byte) => Bbs.keyPair(ciphersuite, new Uint8Array(32).fill(byte)))
  })

  it('decides proofs of several keys together, and names each forged one', () => {
    const [first, second, other] = keys as [Bbs.KeyPair, Bbs.KeyPair, Bbs.KeyPair]
    const good = [proofOf(first), proofOf(first), proofOf(second), proofOf(second)]
    const forged = [proofOf(first, other), proofOf(second, other)]
    for (const one of good) assert.ok(Bbs.verifyProof(one))
    for (const one of forged) assert.ok(!Bbs.verifyProof(one), 'a pairing by itself refuses it')
    const places = [[], [0], [3], [1, 4], [0, 1, 2, 3, 4, 5]]
    for (const faulty of places) {
      const proofs = [...good, ...good].slice(0, 6)
      for (const [i, place] of faulty.entries()) proofs[place] = forged[i % 2] as (typeof good)[0]
      const pairings = Bbs.createPairings()
      for (const proof of proofs) assert.ok(Bbs.verifyProof({ ...proof, pairings }))
      assert.equal(pairings.count(), 6)
      assert.deepEqual(pairings.faulty(), faulty)
    }
  })

  it('is told nothing by a proof that is refused before its pairing', () => {
    const [key] = keys as [Bbs.KeyPair]
    const pairings = Bbs.createPairings()
    const proof = proofOf(key)
    const messages = [fromUtf8('another')]
    assert.ok(!Bbs.verifyProof({ ...proof, messages, pairings }))
    assert.equal(pairings.count(), 0)
    assert.deepEqual(pairings.faulty(), [])
  })

  it('stands by its keys when many others come between', () => {
    const [key, other] = keys as [Bbs.KeyPair, Bbs.KeyPair]
    const pairings = Bbs.createPairings()
    for (const signer of [key, other, key]) {
      assert.ok(Bbs.verifyProof({ ...proofOf(key, signer), pairings }))
    }
    for (let byte = 10; byte < 80; byte++) {
      assert.ok(Bbs.verifyProof(proofOf(Bbs.keyPair(ciphersuite, new Uint8Array(32).fill(byte)))))
    }
    assert.deepEqual(pairings.faulty(), [1])
  })
})
