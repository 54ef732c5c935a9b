import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as Node from './node/kem.ts'
import * as Web from './web/kem.ts'

describe('the key encapsulation of Node and of browsers', () => {
  it('makes the same keys, and either opens what the other made', async () => {
    const seed = new Uint8Array(32).fill(9)
    const info = Uint8Array.of(1)
    for (const [sender, recipient] of [
      [new Node.Kem(), new Web.Kem()],
      [new Web.Kem(), new Node.Kem()],
    ] as const) {
      const [own, other] = [await sender.deriveKeyPair(seed), await recipient.deriveKeyPair(seed)]
      const publicKey = new Uint8Array(await recipient.serializePublicKey(other.publicKey))
      assert.equal(
        toHex(new Uint8Array(await sender.serializePublicKey(own.publicKey))),
        toHex(publicKey),
      )
      const recipientPublicKey = await sender.deserializePublicKey(publicKey)
      const { enc, sharedSecret } = await sender.encap({ recipientPublicKey, info })
      const again = await recipient.decap({ recipientKey: other.privateKey, enc, info })
      assert.equal(toHex(new Uint8Array(again)), toHex(new Uint8Array(sharedSecret)))
    }
  })
})
