import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import { gzipSync } from 'fflate'
import * as StatusList from './StatusList.ts'

const URL_1 = 'https://hospital.example/status/1'
const ISSUER = 'did:ambrosia:31337:00000000000000000000000000000000000000aa'

function verified(list: StatusList.StatusList, purpose: StatusList.Purpose = 'revocation') {
  const document = StatusList.toCredential({
    list,
    url: URL_1,
    issuer: ISSUER,
    purpose,
    validFrom: '2026-01-01T00:00:00Z',
    validUntil: '2026-01-02T00:00:00Z',
  })
  return { issuer: ISSUER, document }
}

function entryAt(index: number, purpose: StatusList.Purpose = 'revocation') {
  return StatusList.toEntry({ listUrl: URL_1, index, purpose })
}

describe('bits', () => {
  it('puts index 0 into the leftmost bit', () => {
    const list = StatusList.create()
    StatusList.set(list, 0)
    StatusList.set(list, 15)
    assert.deepEqual([list.bits[0], list.bits[1]], [0x80, 0x01])
    assert.equal(StatusList.get(list, 0), true)
    assert.equal(StatusList.get(list, 1), false)
    StatusList.set(list, 0, false)
    assert.equal(StatusList.get(list, 0), false)
  })

  it('survives encoding, and equal lists have equal texts', () => {
    const list = StatusList.create()
    for (let index = 0; index < list.length; index += 997) StatusList.set(list, index)
    const text = StatusList.encode(list)
    assert.equal(text, StatusList.encode(StatusList.decode(text)))
    assert.deepEqual(StatusList.decode(text).bits, list.bits)
  })

  it('refuses indexes outside the list', () => {
    const list = StatusList.create()
    for (const index of [-1, list.length, 0.5, Number.NaN]) {
      assert.throws(() => StatusList.get(list, index), { code: 'StatusList.OutOfRange' })
      assert.throws(() => StatusList.set(list, index), { code: 'StatusList.OutOfRange' })
    }
  })

  it('refuses lengths that do not hide an entry, and endless ones', () => {
    for (const length of [0, 131_064, 131_073, StatusList.MAXIMUM_LENGTH + 8, Number.NaN]) {
      assert.throws(() => StatusList.create(length), { code: 'StatusList.InvalidLength' })
    }
    assert.equal(StatusList.create(StatusList.MAXIMUM_LENGTH).length, StatusList.MAXIMUM_LENGTH)
  })
})

describe('decode', () => {
  const gzip = (bytes: Uint8Array) => `u${toBase64url(gzipSync(bytes))}`

  it('stops a decompression bomb at the limit', () => {
    const bomb = gzip(new Uint8Array(64 * 1024 * 1024))
    assert.ok(bomb.length < 128 * 1024)
    assert.throws(() => StatusList.decode(bomb), { code: 'StatusList.InvalidLength' })
  })

  it('refuses short, truncated and foreign data', () => {
    assert.throws(() => StatusList.decode(gzip(new Uint8Array(16))), {
      code: 'StatusList.InvalidLength',
    })
    const text = StatusList.encode(StatusList.create())
    for (const bad of ['', 'z', 'u', 'u!!', text.slice(1), text.slice(0, 20), 'uAAAA']) {
      assert.throws(() => StatusList.decode(bad), { code: 'StatusList.Malformed' }, bad.slice(0, 9))
    }
    assert.throws(() => StatusList.decode(`u${'A'.repeat(3_000_000)}`), {
      code: 'StatusList.Malformed',
    })
  })
})

describe('checkStatus', () => {
  it('passes what is not set and refuses what is', () => {
    const list = StatusList.create()
    StatusList.set(list, 7)
    const listCredential = verified(list)
    StatusList.checkStatus({ entry: entryAt(8), issuer: ISSUER, listCredential })
    assert.throws(
      () => StatusList.checkStatus({ entry: entryAt(7), issuer: ISSUER, listCredential }),
      { code: 'StatusList.Revoked' },
    )
    const suspended = verified(list, 'suspension')
    assert.throws(
      () =>
        StatusList.checkStatus({
          entry: entryAt(7, 'suspension'),
          issuer: ISSUER,
          listCredential: suspended,
        }),
      { code: 'StatusList.Suspended' },
    )
  })

  it('refuses a list of another purpose, issuer or address, and an index beyond it', () => {
    const listCredential = verified(StatusList.create())
    const check = (change: object, issuer = ISSUER) =>
      StatusList.checkStatus({ entry: { ...entryAt(7), ...change }, issuer, listCredential })
    assert.throws(() => check({ statusPurpose: 'suspension' }), { code: 'StatusList.WrongPurpose' })
    assert.throws(() => check({ statusPurpose: 'message' }), { code: 'StatusList.WrongPurpose' })
    assert.throws(() => check({}, 'did:key:z6Mk'), { code: 'StatusList.WrongIssuer' })
    assert.throws(() => check({ statusListCredential: `${URL_1}0` }), {
      code: 'StatusList.WrongList',
    })
    assert.throws(() => check({ statusListIndex: '131072' }), { code: 'StatusList.OutOfRange' })
    for (const statusListIndex of ['-1', '07', '1e3', '', 7, undefined, '0x7']) {
      assert.throws(() => check({ statusListIndex }), { code: 'StatusList.Malformed' })
    }
    assert.throws(() => check({ statusSize: 2 }), { code: 'StatusList.Malformed' })
    assert.throws(() => check({ type: 'StatusList2021Entry' }), { code: 'StatusList.Malformed' })
  })
})

describe('allocateIndex', () => {
  it('finds the last free index and says when none is left', () => {
    const randomBytes = (sizeBytes: number) => new Uint8Array(sizeBytes).fill(1)
    const length = 131_072
    const free = StatusList.allocateIndex({ length, isTaken: (index) => index !== 5, randomBytes })
    assert.equal(free, 5)
    assert.throws(() => StatusList.allocateIndex({ length, isTaken: () => true, randomBytes }), {
      code: 'StatusList.Full',
    })
  })
})

describe('statusListsRoot', () => {
  const a = { url: 'https://a.example/1', sha256: new Uint8Array(32).fill(1) }
  const b = { url: 'https://b.example/1', sha256: new Uint8Array(32).fill(2) }

  it('depends on every list and not on their order', () => {
    const root = toHex(StatusList.statusListsRoot([a, b]))
    assert.equal(toHex(StatusList.statusListsRoot([b, a])), root)
    assert.equal(toHex(StatusList.statusListsRoot([a, { ...b, sha256: toHex(b.sha256) }])), root)
    assert.notEqual(toHex(StatusList.statusListsRoot([a])), root)
    assert.notEqual(toHex(StatusList.statusListsRoot([a, { ...b, sha256: a.sha256 }])), root)
    assert.throws(() => StatusList.statusListsRoot([a, a]), { code: 'StatusList.DuplicateUrl' })
  })
})
