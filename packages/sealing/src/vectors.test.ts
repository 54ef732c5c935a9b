import assert from 'node:assert/strict'
import { createCipheriv, createHash, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from './ContentAddress.ts'
import * as DataKey from './DataKey.ts'
import * as Envelope from './Envelope.ts'
import * as Manifest from './Manifest.ts'
import * as Seal from './Seal.ts'

function read<Valid, Invalid>(name: string): { valid: Valid[]; invalid: Invalid[] } {
  const file = new URL(`../../../vectors/sealing/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

type SealVector = {
  plaintextSizeBytes: number
  paddedSizeBytes: number
  dataKey: Hex
  context: Hex
  salt: Hex
  keyCommitment: Hex
  sealedSizeBytes: number
  sealedSha256: Hex
  contentAddress: string
}

const UNIT = 65536
const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const size64 = (size: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(size))
  return bytes
}

/** The format as its description in Seal.ts says, written once more on node:crypto. */
function sealAgain(vector: SealVector, plaintext: Uint8Array): Buffer {
  const salt = fromHex(vector.salt)
  const keys = Buffer.from(
    hkdfSync('sha256', fromHex(vector.dataKey), salt, 'ambrosia/seal/keys/1', 64),
  )
  const header = Buffer.concat([Buffer.from('ambseal\x01'), salt, keys.subarray(32)])
  const tagged = [Buffer.from('ambrosia/seal/bound/1'), header, fromHex(vector.context)]
  const bound = sha256(...tagged.flatMap((part) => [size64(part.length), part]))
  const chunks: Buffer[] = []
  const count = vector.paddedSizeBytes / UNIT
  for (let i = 0; i < count; i++) {
    const data = plaintext.subarray(i * UNIT, (i + 1) * UNIT)
    const plain = Buffer.alloc(4 + UNIT)
    plain.writeUInt32BE(data.length)
    plain.set(data, 4)
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32BE(i, 7)
    nonce[11] = i === count - 1 ? 1 : 0
    const cipher = createCipheriv('aes-256-gcm', keys.subarray(0, 32), nonce).setAAD(bound)
    chunks.push(cipher.update(plain), cipher.final(), cipher.getAuthTag())
  }
  return Buffer.concat([header, ...chunks])
}

describe('vectors/sealing', () => {
  it('seal.json: this package and node:crypto write the same bytes', async () => {
    const { valid } = read<SealVector, never>('seal')
    assert.ok(valid.length >= 5)
    for (const vector of valid) {
      const { plaintextSizeBytes: size, paddedSizeBytes } = vector
      const plaintext = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >>> 16)) & 255)
      const [dataKey, context] = [fromHex(vector.dataKey), fromHex(vector.context)]
      const randomBytes = () => fromHex(vector.salt)
      const sealed = await Seal.sealBytes({
        plaintext,
        dataKey,
        context,
        paddedSizeBytes,
        randomBytes,
      })
      assert.equal(sealed.length, vector.sealedSizeBytes)
      assert.equal(toHex(sha256(sealed)), vector.sealedSha256)
      assert.ok(sealAgain(vector, plaintext).equals(sealed), `${size} bytes`)
      assert.equal(DataKey.commitment(dataKey), vector.keyCommitment)
      assert.equal((await ContentAddress.fromBytes(sealed)).cid, vector.contentAddress)
      assert.deepEqual(await Seal.openBytes({ ciphertext: sealed, dataKey, context }), plaintext)
    }
  })

  it('envelope.json', async () => {
    type Vector = {
      privateKey: Hex
      context: Hex
      envelope: Envelope.Envelope
      envelopeHash: Hex
      dataKey: Hex
    }
    const { valid, invalid } = read<Vector, Vector & { reason: string }>('envelope')
    const open = ({ envelope, privateKey, context }: Vector) =>
      Envelope.unwrap({ envelope, privateKey: fromHex(privateKey), context: fromHex(context) })
    for (const vector of valid) {
      assert.equal(toHex(await open(vector)), vector.dataKey)
      assert.equal(Envelope.hash(vector.envelope), vector.envelopeHash)
    }
    for (const vector of invalid) {
      await assert.rejects(open(vector), { code: 'Envelope.Refused' }, vector.reason)
    }
    assert.ok(valid.length >= 1 && invalid.length >= 5)
  })

  it('manifest.json', () => {
    type Valid = { manifest: Manifest.Manifest; manifestHash: Hex }
    const { valid, invalid } = read<Valid, { path: string; manifest: unknown }>('manifest')
    for (const { manifest, manifestHash } of valid)
      assert.equal(Manifest.hash(manifest), manifestHash)
    for (const { path, manifest } of invalid) {
      assert.throws(() => Manifest.parse(manifest), { code: 'Manifest.Invalid', details: { path } })
    }
    assert.ok(valid.length >= 1 && invalid.length >= 5)
  })
})
