import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { verifyEd25519 as inNode } from './node/verifyEd25519.ts'
import { verifyEd25519 as inBrowser } from './web/verifyEd25519.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

describe('verifyEd25519', () => {
  it('is the same in Node and in a browser, over signatures and what differs by one bit', () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), fc.nat(511), (secret, digest, bit) => {
        const publicKey = ed25519.getPublicKey(secret)
        const signature = ed25519.sign(digest, secret)
        const changed = signature.slice()
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
        for (const verify of [inNode, inBrowser]) {
          assert.equal(verify(publicKey, digest, signature), true)
          assert.equal(verify(publicKey, digest, changed), false)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('refuses a second form of a signature, S beyond the order', () => {
    const secret = new Uint8Array(32).fill(7)
    const digest = new Uint8Array(32).fill(1)
    const signature = ed25519.sign(digest, secret)
    const s = [...signature.subarray(32)]
      .reverse()
      .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
    const beyond = Uint8Array.from(signature)
    let rest = s + ed25519.Point.Fn.ORDER
    for (let i = 32; i < 64; i++, rest >>= 8n) beyond[i] = Number(rest & 255n)
    for (const verify of [inNode, inBrowser]) {
      assert.equal(verify(ed25519.getPublicKey(secret), digest, beyond), false)
    }
  })
})
