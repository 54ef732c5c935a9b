import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as DataKey from './DataKey.ts'
import * as Envelope from './Envelope.ts'
import * as Manifest from './Manifest.ts'
import { sealedSize } from './Seal.ts'

const dataKey = new Uint8Array(32).fill(1)

async function example(): Promise<Manifest.Manifest> {
  const { publicKey } = await Envelope.createKeyPair(() => new Uint8Array(32).fill(2))
  const context = new Uint8Array(32)
  const recipients = await Promise.all(
    ['a', 'b'].map((keyId) =>
      Envelope.wrap({ dataKey, recipient: { keyId, epoch: 0, publicKey }, context }),
    ),
  )
  return Manifest.create({
    contentAddress: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
    sizeBytes: sealedSize(65536),
    paddedSizeBytes: 65536,
    keyCommitment: DataKey.commitment(dataKey),
    recipients,
  })
}

describe('Manifest', () => {
  it('survives text and hashes alike in any order of members', async () => {
    const manifest = await example()
    const again = Manifest.parse(JSON.stringify(manifest, null, 2))
    assert.deepEqual(again, manifest)
    const reversed = Object.fromEntries(Object.entries(manifest).reverse())
    assert.equal(Manifest.hash(Manifest.parse(reversed)), Manifest.hash(manifest))
    assert.match(Manifest.hash(manifest), /^0x[0-9a-f]{64}$/)
    assert.equal(Manifest.recipientOf(manifest, 'b', 0), manifest.recipients[1])
    assert.equal(Manifest.recipientOf(manifest, 'b', 1), undefined)
  })

  it('hashes to another value when any member changes', async () => {
    const manifest = await example()
    const hash = Manifest.hash(manifest)
    const [first, second] = manifest.recipients as [Envelope.Envelope, Envelope.Envelope]
    const changes: Partial<Manifest.Manifest>[] = [
      { contentAddress: 'bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu' },
      { keyCommitment: DataKey.commitment(new Uint8Array(32)) },
      { paddedSizeBytes: 131072, sizeBytes: sealedSize(131072) },
      { recipients: [second, first] },
      { recipients: [first] },
    ]
    for (const change of changes) assert.notEqual(Manifest.hash({ ...manifest, ...change }), hash)
  })

  it('names the member that is wrong, never its value', async () => {
    const manifest = await example()
    const [first] = manifest.recipients as [Envelope.Envelope]
    const { suite: _, ...withoutSuite } = manifest
    const bad: [string, unknown][] = [
      ['', null],
      ['', []],
      ['', '{'],
      ['', '{"version":1,"version":1}'],
      ['members', withoutSuite],
      ['members', { ...manifest, marked: 'secret' }],
      ['version', { ...manifest, version: 2 }],
      ['suite', { ...manifest, suite: 'none' }],
      ['sizeBytes', { ...manifest, sizeBytes: manifest.sizeBytes + 1 }],
      ['paddedSizeBytes', { ...manifest, paddedSizeBytes: 1 }],
      ['paddedSizeBytes', { ...manifest, paddedSizeBytes: '65536' }],
      ['contentAddress', { ...manifest, contentAddress: '../marked-secret' }],
      ['keyCommitment', { ...manifest, keyCommitment: '0xmarked-secret' }],
      ['recipients', { ...manifest, recipients: [] }],
      ['recipients', { ...manifest, recipients: [first, first] }],
      ['recipients', { ...manifest, recipients: Array(65).fill(first) }],
      ['recipients[0]', { ...manifest, recipients: [{ ...first, enc: 'marked-secret' }] }],
    ]
    for (const [path, value] of bad) {
      assert.throws(
        () => Manifest.parse(value),
        (error: Manifest.InvalidError) => {
          assert.equal(error.code, 'Manifest.Invalid')
          assert.equal(error.details['path'], path)
          assert.ok(!`${error.message}${error.hint}`.includes('secret'))
          return true
        },
        path,
      )
    }
  })
})
