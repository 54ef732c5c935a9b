import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as MessageTree from './MessageTree.ts'

const leaves = Array.from({ length: 20 }, (_, i): Hex => toHex(fromUint(i + 1, 32)))

describe('tree', () => {
  it('every leaf is proven to the root, and no other leaf is', () => {
    const whole = leaves.reduce(MessageTree.append, MessageTree.EMPTY)
    const root = MessageTree.root(whole)
    for (const [i, leaf] of leaves.entries()) {
      const path = MessageTree.prove(leaves, i)
      assert.equal(MessageTree.rootFrom(leaf, i, path), root, `leaf ${i}`)
      assert.notEqual(MessageTree.rootFrom(leaf, (i + 1) % 20, path), root, `index ${i}`)
      const other = leaves[(i + 1) % 20] as Hex
      assert.notEqual(MessageTree.rootFrom(other, i, path), root, `other leaf ${i}`)
    }
  })

  it('the anchor tells a zero leaf from none', () => {
    const zero: Hex = `0x${'00'.repeat(32)}`
    const one = MessageTree.append(MessageTree.EMPTY, zero)
    assert.equal(MessageTree.root(one), MessageTree.root(MessageTree.EMPTY))
    assert.notEqual(MessageTree.anchor(one), MessageTree.anchor(MessageTree.EMPTY))
  })

  it('appending does not change the frontier it starts from', () => {
    const one = MessageTree.append(MessageTree.EMPTY, leaves[0] as Hex)
    const before = MessageTree.root(one)
    MessageTree.append(MessageTree.append(one, leaves[1] as Hex), leaves[2] as Hex)
    assert.equal(MessageTree.root(one), before)
  })

  it('refuses where it is full, or has no such leaf', () => {
    const full = { count: 2 ** 32 - 1, branch: [] }
    assert.throws(() => MessageTree.append(full, leaves[0] as Hex), { code: 'MessageTree.Full' })
    const outside = { code: 'MessageTree.IndexOutOfRange' }
    assert.throws(() => MessageTree.prove(leaves, 20), outside)
    assert.throws(() => MessageTree.prove(leaves, -1), outside)
    assert.throws(() => MessageTree.rootFrom(leaves[0] as Hex, 0, []), outside)
    const path = MessageTree.prove(leaves, 0)
    assert.throws(() => MessageTree.rootFrom(leaves[0] as Hex, 2 ** 32, path), outside)
  })
})
