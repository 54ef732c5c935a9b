import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { fromHex } from './Bytes.ts'
import { recoverPoint as inNode } from './node/recoverPoint.ts'
import { recoverAddress } from './Recovery.ts'
import { recoverPoint as inBrowser } from './web/recoverPoint.ts'

/** Of EIP-155's example: the key of 32 bytes 0x46, its account and the signature there. */
const DIGEST = fromHex('0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53')
const R = '28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276'
const S = '67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83'
const ACCOUNT = '0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f'

const signatureOf = (r: string, s: string, v: string) => fromHex(`0x${r}${s}${v}`)

describe('recoverAddress', () => {
  it('gives the account of EIP-155', () => {
    assert.equal(recoverAddress(DIGEST, signatureOf(R, S, '00')), ACCOUNT)
    assert.equal(recoverAddress(DIGEST, signatureOf(R, S, '1b')), ACCOUNT)
    assert.notEqual(recoverAddress(DIGEST, signatureOf(R, S, '1c')), ACCOUNT)
  })

  it('refuses what nobody can have signed', () => {
    const [zero, order] = ['0'.repeat(64), secp256k1.Point.Fn.ORDER.toString(16)]
    for (const bad of [
      signatureOf(R, S, '02'),
      signatureOf(R, S, '1d'),
      signatureOf(R, S, ''),
      signatureOf(zero, S, '00'),
      signatureOf(R, zero, '00'),
      signatureOf(order, S, '00'),
      signatureOf(R, order, '00'),
    ]) {
      assert.throws(() => recoverAddress(DIGEST, bad), RangeError)
    }
    assert.throws(() => recoverAddress(DIGEST.subarray(1), signatureOf(R, S, '00')), RangeError)
  })

  it('is the same in Node and in a browser, over any digest and signature', () => {
    const attempt = (recover: typeof inNode, ...given: Parameters<typeof inNode>) => {
      try {
        return Uint8Array.from(recover(...given))
      } catch {
        return null
      }
    }
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
    fc.assert(
      fc.property(bytes(32), bytes(64), fc.nat(1), (digest, signature, recovery) => {
        assert.deepEqual(
          attempt(inNode, digest, signature, recovery),
          attempt(inBrowser, digest, signature, recovery),
        )
      }),
    )
  })
})
