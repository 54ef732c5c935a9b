import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as StatusList from '@ambrosia/credentials/StatusList'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { createListReader, toEpochLists } from './lists.ts'

const issuer = 'did:example:hospital'
const url = 'https://hospital.example/status/1'

function listsWith(...revoked: number[]) {
  const list = StatusList.create()
  for (const index of revoked) StatusList.set(list, index)
  const sha256 = new Uint8Array(32).fill(revoked.length)
  return toEpochLists(new Map([[issuer, [{ url, sha256, list }]]]))
}

function entryOf(index: number) {
  return StatusList.toEntry({ listUrl: url, index, purpose: 'revocation' })
}

describe('status lists in the enclave', () => {
  it('have one root, and the bits of their entries', () => {
    const lists = listsWith(5)
    assert.match(lists.root, /^0x[0-9a-f]{64}$/)
    assert.equal(lists.isRevoked(issuer, entryOf(5)), true)
    assert.equal(lists.isRevoked(issuer, entryOf(6)), false)
  })

  it('refuse a list that the issuer does not publish, or of another issuer', () => {
    const lists = listsWith(5)
    const entry = { ...entryOf(5), statusListCredential: 'https://elsewhere.example/1' }
    assert.throws(() => lists.isRevoked(issuer, entry), { code: 'Status.UnknownList' })
    assert.throws(() => lists.isRevoked('did:example:other', entryOf(5)), {
      code: 'Status.UnknownList',
    })
    const suspension = { ...entryOf(5), statusPurpose: 'suspension' }
    assert.throws(() => lists.isRevoked(issuer, suspension), { code: 'Status.UnknownList' })
    assert.throws(() => lists.isRevoked(issuer, entryOf(131_072)), {
      code: 'StatusList.OutOfRange',
    })
  })

  it('are believed by their signature, not by the host that carries them', async () => {
    const read = (lists: { issuer: string; url: string; bytes: Uint8Array }[]) =>
      createListReader({
        outside: { statusLists: async () => ({ epochSec: 300, lists }) } as never,
        resolver: {} as never,
        loader: Contexts.createLoader(),
      })([issuer], 300n)
    await assert.rejects(read([]), { code: 'Status.NotAvailable' })
    const bytes = fromUtf8(JSON.stringify({ id: url, issuer }))
    await assert.rejects(read([{ issuer, url, bytes }]), { code: 'DataModel.Malformed' })
  })
})
