import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { type InboxEntry, KINDS } from './InboxEntry.ts'
import * as SealedPayload from './SealedPayload.ts'
import { entries, vectors } from './testing/vectors.ts'

const { rules, keys } = vectors
const context = {
  l1ChainId: rules.l1ChainId,
  inbox: rules.inbox,
  kind: KINDS.forced,
  sender: `0x${'11'.repeat(20)}` as Hex,
}
const template = entries[2] as InboxEntry

async function openedAs(payload: Uint8Array, change: Partial<InboxEntry> = {}) {
  const sealed = await SealedPayload.sealPayload(context, keys.publicKey, payload)
  const entry = { ...template, sender: context.sender, sealed, ...change }
  return SealedPayload.open(rules, [keys], entry)
}

describe('sealPayload', () => {
  it('opens to the payload again', async () => {
    for (const size of [0, 1, 252, 253, 1020, 1021, 4092, 16_380, SealedPayload.PAYLOAD_BYTES]) {
      const payload = new Uint8Array(size).fill(7)
      const { transaction } = await openedAs(payload)
      assert.deepEqual(transaction, payload, `${size} bytes`)
    }
  })

  it('says nothing of the length but its size class', async () => {
    const sizes = await Promise.all(
      [0, 100, 252, 253].map(async (size) => {
        const payload = new Uint8Array(size)
        return (await SealedPayload.sealPayload(context, keys.publicKey, payload)).length
      }),
    )
    assert.deepEqual(sizes, [304, 304, 304, 1072])
  })

  it('never gives the same bytes twice', async () => {
    const seal = () => SealedPayload.sealPayload(context, keys.publicKey, new Uint8Array(8))
    assert.notDeepEqual(await seal(), await seal())
  })

  it('refuses one byte past the longest', async () => {
    const payload = new Uint8Array(SealedPayload.PAYLOAD_BYTES + 1)
    await assert.rejects(() => SealedPayload.sealPayload(context, keys.publicKey, payload), {
      code: 'SealedPayload.TooLong',
    })
  })
})

describe('open', () => {
  it('is bound to network, kind and sender', async () => {
    const payload = fromHex('0xaabb')
    const other = `0x${'22'.repeat(20)}` as Hex
    assert.equal((await openedAs(payload, { sender: other })).transaction, undefined)
    assert.equal((await openedAs(payload, { kind: KINDS.deposit })).recipient, undefined)
    const sealed = await SealedPayload.sealPayload(context, keys.publicKey, payload)
    const entry = { ...template, sender: context.sender, sealed }
    const networks = [
      { l1ChainId: 1, inbox: rules.inbox },
      { l1ChainId: rules.l1ChainId, inbox: other },
    ]
    for (const network of networks) {
      assert.equal((await SealedPayload.open(network, [keys], entry)).transaction, undefined)
    }
  })

  it('damaged, short and empty payloads do not open', async () => {
    const sealed = await SealedPayload.sealPayload(context, keys.publicKey, fromHex('0xaabb'))
    const damaged = [0, 31, 32, 200, sealed.length - 1].map((at) => {
      const copy = sealed.slice()
      copy[at] = (copy[at] as number) ^ 1
      return copy
    })
    const all = [...damaged, sealed.subarray(0, 31), sealed.subarray(0, 40), new Uint8Array()]
    for (const [i, bytes] of all.entries()) {
      const { transaction } = await SealedPayload.open(rules, [keys], {
        ...template,
        sender: context.sender,
        sealed: bytes,
      })
      assert.equal(transaction, undefined, `case ${i}`)
    }
  })

  it('an encapsulated key of low order does not open', async () => {
    const sealed = new Uint8Array(304)
    const { transaction } = await SealedPayload.open(rules, [keys], { ...template, sealed })
    assert.equal(transaction, undefined)
  })

  it('a past key of the committee opens what was sealed to it', async () => {
    const past = await SealedPayload.createKeyPair(new Uint8Array(32).fill(3))
    const sealed = await SealedPayload.sealPayload(context, past.publicKey, fromHex('0xaa'))
    const entry = { ...template, sender: context.sender, sealed, encryptionKey: past.publicKey }
    const { transaction } = await SealedPayload.open(rules, [keys, past], entry)
    assert.equal(toHex(transaction ?? new Uint8Array()), '0xaa')
  })

  it('refuses a key that the committee should have and this node has not', async () => {
    await assert.rejects(() => SealedPayload.open(rules, [], template), {
      code: 'SealedPayload.KeyMissing',
    })
  })
})

describe('unpad', () => {
  it('refuses every padding but the one that pad chooses', () => {
    const padded = SealedPayload.pad(fromHex('0xaabb'))
    assert.deepEqual(SealedPayload.unpad(padded), fromHex('0xaabb'))
    const dirty = padded.slice()
    dirty[255] = 1
    const long = padded.slice()
    long[3] = 253
    const larger = new Uint8Array(1024)
    larger.set(padded)
    for (const [i, bytes] of [dirty, long, larger, new Uint8Array(3)].entries()) {
      assert.equal(SealedPayload.unpad(bytes), undefined, `case ${i}`)
    }
  })
})
