import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equal, fromHex, fromUtf8, toBase64url } from '@ambrosia/primitives/Bytes'
import * as Envelope from './Envelope.ts'

const context = fromUtf8('one deal')
const dataKey = new Uint8Array(32).fill(9)

async function wrapped() {
  const { publicKey, privateKey } = await Envelope.createKeyPair()
  const recipient = { keyId: 'did:example:oracle#seal', epoch: 3, publicKey }
  return { envelope: await Envelope.wrap({ dataKey, recipient, context }), privateKey }
}

describe('Envelope', () => {
  it('unwraps what it wrapped', async () => {
    const { envelope, privateKey } = await wrapped()
    assert.ok(equal(await Envelope.unwrap({ envelope, privateKey, context }), dataKey))
    assert.deepEqual(Object.keys(envelope), ['keyId', 'epoch', 'enc', 'wrapped'])
  })

  it('makes the key pair of given randomness as RFC 9180, appendix A.1.1 does', async () => {
    const ikm = fromHex('6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037')
    const pair = await Envelope.createKeyPair(() => ikm)
    assert.deepEqual(
      pair.publicKey,
      fromHex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
    )
  })

  it('refuses any changed member, key or context', async () => {
    const { envelope, privateKey } = await wrapped()
    const other = await wrapped()
    const refused = (options: Partial<Parameters<typeof Envelope.unwrap>[0]>) =>
      assert.rejects(Envelope.unwrap({ envelope, privateKey, context, ...options }), {
        code: 'Envelope.Refused',
      })
    await refused({ context: fromUtf8('another deal') })
    await refused({ privateKey: other.privateKey })
    await refused({ envelope: { ...envelope, epoch: 4 } })
    await refused({ envelope: { ...envelope, keyId: 'did:example:oracle#other' } })
    await refused({ envelope: { ...envelope, enc: other.envelope.enc } })
    await refused({ envelope: { ...envelope, wrapped: other.envelope.wrapped } })
    await refused({ envelope: { ...envelope, enc: toBase64url(new Uint8Array(32)) } })
  })

  it('refuses keys of small order and of the wrong size', async () => {
    const points = [
      new Uint8Array(32),
      fromHex('01'.padEnd(64, '0')),
      fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
      new Uint8Array(31),
      new Uint8Array(33),
    ]
    for (const publicKey of points) {
      const recipient = { keyId: 'k', epoch: 0, publicKey }
      await assert.rejects(Envelope.wrap({ dataKey, recipient, context }), {
        code: 'Envelope.InvalidKey',
      })
    }
  })

  it('refuses malformed envelopes', async () => {
    const { envelope } = await wrapped()
    const bad: unknown[] = [
      null,
      'text',
      [],
      { ...envelope, more: 1 },
      { keyId: 'k', epoch: 0, enc: envelope.enc },
      { ...envelope, epoch: -1 },
      { ...envelope, epoch: 0.5 },
      { ...envelope, epoch: '0' },
      { ...envelope, keyId: '' },
      { ...envelope, keyId: 'k'.repeat(257) },
      { ...envelope, keyId: '\ud800' },
      { ...envelope, enc: `${envelope.enc}A` },
      { ...envelope, enc: '='.repeat(43) },
      { ...envelope, wrapped: envelope.wrapped.slice(1) },
    ]
    for (const value of bad) {
      assert.throws(
        () => Envelope.parse(value),
        { code: 'Envelope.Invalid' },
        JSON.stringify(value),
      )
    }
  })

  it('hashes to the same value whatever the order of members', async () => {
    const { envelope } = await wrapped()
    const { keyId, epoch, enc, wrapped: key } = envelope
    assert.equal(Envelope.hash(envelope), Envelope.hash({ wrapped: key, enc, epoch, keyId }))
    assert.notEqual(Envelope.hash(envelope), Envelope.hash({ ...envelope, epoch: 9 }))
  })
})
