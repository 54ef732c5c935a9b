import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countAssertions } from './uncovered.ts'

describe('countAssertions', () => {
  it('counts those of TypeScript, Solidity and Go, and nothing that only looks like one', () => {
    assert.equal(countAssertions('assert.ok(a); t.assert.equal(c, 1)'), 2)
    assert.equal(countAssertions('assertEq(a, b); vm.expectRevert(); assertTrue(c);'), 3)
    assert.equal(countAssertions('t.Fatalf("%d", n)'), 1)
    assert.equal(countAssertions("import assert from 'node:assert'; reassert(x)"), 0)
  })
})
