import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fromHex, toHex } from './Bytes.ts'
import * as MerkleTree from './MerkleTree.ts'
import { readVectors } from './testing/vectors.ts'

type Valid = {
  name: string
  entries: string[]
  root: string
  proofs: { index: number; path: string[] }[]
}
type Invalid = {
  name: string
  entry: string
  index: number
  size: number
  path: string[]
  root: string
}
const vectors = readVectors<Valid, Invalid>('primitives/merkleTree.json')

describe('vectors', () => {
  for (const { name, entries, root, proofs } of vectors.valid) {
    it(name, () => {
      const tree = entries.map(fromHex)
      assert.equal(toHex(MerkleTree.root(tree)), root)
      for (const { index, path } of proofs) {
        const proof = MerkleTree.prove(tree, index)
        assert.deepEqual(proof.path.map(toHex), path, `leaf ${index}`)
        assert.equal(proof.size, entries.length)
        assert.ok(
          MerkleTree.verify(tree[index] as Uint8Array, proof, fromHex(root)),
          `leaf ${index}`,
        )
      }
    })
  }
  for (const { name, entry, index, size, path, root } of vectors.invalid) {
    it(`refuses ${name}`, () => {
      const proof = { index, size, path: path.map(fromHex) }
      assert.equal(MerkleTree.verify(fromHex(entry), proof, fromHex(root)), false)
    })
  }
})

const entries = () => fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 40 })

describe('properties', () => {
  it('several are proven in one pass as one by one', () => {
    const sized = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 40 })
    const chosen = sized.chain((entries) =>
      fc.tuple(fc.constant(entries), fc.array(fc.nat(entries.length - 1), { maxLength: 9 })),
    )
    fc.assert(
      fc.property(chosen, ([entries, indexes]) => {
        const one = indexes.map((index) => MerkleTree.prove(entries, index))
        assert.deepEqual(MerkleTree.proveMany(entries, indexes), one)
      }),
    )
    assert.throws(() => MerkleTree.proveMany([], [0]), { code: 'MerkleTree.IndexOutOfRange' })
  })

  it('every leaf is proven, at its own place only', () => {
    fc.assert(
      fc.property(entries(), fc.nat(), fc.nat(), (tree, a, b) => {
        const root = MerkleTree.root(tree)
        const index = a % tree.length
        const entry = tree[index] as Uint8Array
        const proof = MerkleTree.prove(tree, index)
        assert.ok(MerkleTree.verify(entry, proof, root))
        const other = b % tree.length
        // Equal entries may stand at mirrored places.
        if (toHex(tree[other] as Uint8Array) !== toHex(entry)) {
          const moved = MerkleTree.verify(entry, { ...proof, index: other }, root)
          assert.equal(moved, false, `${index} shown as ${other} of ${tree.length}`)
        }
      }),
    )
  })

  it('one changed bit of entry, path or root is refused', () => {
    fc.assert(
      fc.property(entries(), fc.nat(), fc.nat(), (tree, a, bit) => {
        const root = MerkleTree.root(tree)
        const index = a % tree.length
        const entry = tree[index] as Uint8Array
        const proof = MerkleTree.prove(tree, index)
        const all = [entry, ...proof.path, root].filter((part) => part.length > 0)
        const part = all[bit % all.length] as Uint8Array
        const at = bit % (8 * part.length)
        const flip = (bytes: Uint8Array) =>
          bytes === part
            ? bytes.map((byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
            : bytes
        const changed = { ...proof, path: proof.path.map(flip) }
        assert.equal(MerkleTree.verify(flip(entry), changed, flip(root)), false)
      }),
    )
  })

  it('another order, a left-out and a doubled last entry have other roots', () => {
    fc.assert(
      fc.property(entries(), (tree) => {
        const root = toHex(MerkleTree.root(tree))
        assert.notEqual(toHex(MerkleTree.root([...tree, tree.at(-1) as Uint8Array])), root)
        assert.notEqual(toHex(MerkleTree.root(tree.slice(1))), root)
        const [first, second] = tree
        if (first !== undefined && second !== undefined && toHex(first) !== toHex(second)) {
          assert.notEqual(toHex(MerkleTree.root([second, first, ...tree.slice(2)])), root)
        }
      }),
    )
  })

  it('two inner nodes shown as one entry are refused', () => {
    const tree = [1, 2, 3, 4].map((byte) => Uint8Array.of(byte))
    const left = tree.slice(0, 2).map(MerkleTree.hashLeaf)
    const forged = new Uint8Array([...(left[0] as Uint8Array), ...(left[1] as Uint8Array)])
    const path = [MerkleTree.root(tree.slice(2))]
    assert.equal(
      MerkleTree.verify(forged, { index: 0, size: 2, path }, MerkleTree.root(tree)),
      false,
    )
  })
})

describe('what a root does not bind', () => {
  it('accepts another size of the same shape, so the size is signed beside the root', () => {
    const tree = Array.from({ length: 7 }, (_, byte) => Uint8Array.of(byte))
    const proof = MerkleTree.prove(tree, 2)
    const root = MerkleTree.root(tree)
    assert.ok(MerkleTree.verify(tree[2] as Uint8Array, { ...proof, size: 5 }, root))
    assert.ok(!MerkleTree.verify(tree[2] as Uint8Array, { ...proof, size: 4 }, root))
  })
})

describe('malformed proofs', () => {
  const tree = [Uint8Array.of(1), Uint8Array.of(2)]
  const root = MerkleTree.root(tree)
  const good = MerkleTree.prove(tree, 0)
  it('are false, never an exception', () => {
    const wrong: object[] = [
      { index: 0, size: 2 },
      { index: 0, size: 2, path: null },
      { index: 0, size: 2, path: 'ab' },
      { index: 0, size: 2, path: [null] },
      { index: 0, size: 2, path: [[...(good.path[0] as Uint8Array)]] },
      { index: '0', size: 2, path: good.path },
      { index: 0, size: Number.NaN, path: good.path },
      { index: 0, size: Number.MAX_SAFE_INTEGER, path: good.path },
      { index: 0, size: 1n, path: [] },
      {},
    ]
    for (const proof of wrong) {
      const result = MerkleTree.verify(Uint8Array.of(1), proof as MerkleTree.Proof, root)
      assert.equal(result, false, Object.keys(proof).join())
    }
    assert.equal(MerkleTree.verify(Uint8Array.of(1), good, new Uint8Array()), false)
    assert.equal(MerkleTree.verify(Uint8Array.of(1), good, root), true)
  })
  it('are not made for a leaf that is not there', () => {
    for (const index of [-1, 2, 0.5, Number.NaN]) {
      assert.throws(
        () => MerkleTree.prove(tree, index),
        { code: 'MerkleTree.IndexOutOfRange' },
        String(index),
      )
    }
    assert.throws(() => MerkleTree.prove([], 0), { code: 'MerkleTree.IndexOutOfRange' })
  })
})
