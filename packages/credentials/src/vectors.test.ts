import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { hashTypedData } from 'viem'
import * as DidAmbrosia from './DidAmbrosia.ts'
import * as StatusList from './StatusList.ts'

function read<T>(name: string): T {
  const url = new URL(`../../../vectors/credentials/${name}`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as T
}

describe('vectors/credentials/did.json', () => {
  const vectors = read<{
    ids: { firstController: string; salt: string; chainId: number; id: string; did: string }[]
    valid: { primaryType: string; domain: object; message: object; digest: Hex }[]
    invalid: string[]
  }>('did.json')

  it('ids', () => {
    for (const { firstController, salt, chainId, id, did } of vectors.ids) {
      assert.equal(DidAmbrosia.idOf(firstController, fromHex(salt)), id)
      assert.equal(DidAmbrosia.toDid(chainId, id), did)
      assert.deepEqual(DidAmbrosia.fromDid(did), { chainId: BigInt(chainId), id })
    }
  })

  it('messages', () => {
    for (const { primaryType, domain, message, digest } of vectors.valid) {
      const types = DidAmbrosia.EIP712_TYPES
      const typed = { types, primaryType, domain, message }
      assert.equal(hashTypedData(typed as never), digest, primaryType)
    }
  })

  it('invalid', () => {
    for (const did of vectors.invalid)
      assert.throws(() => DidAmbrosia.fromDid(did), {
        code: 'DidAmbrosia.Invalid',
      })
  })
})

describe('vectors/credentials/statusLists.json', () => {
  const vectors = read<{
    valid: { indexes: number[]; encodedList: string }[]
    roots: { lists: { url: string; sha256: string }[]; root: string }[]
    invalid: string[]
  }>('statusLists.json')

  it('lists', () => {
    for (const { indexes, encodedList } of vectors.valid) {
      const list = StatusList.decode(encodedList)
      const set = Array.from({ length: list.length }, (_, index) => index)
      assert.deepEqual(
        set.filter((index) => StatusList.get(list, index)),
        indexes,
      )
    }
  })

  it('roots', () => {
    for (const { lists, root } of vectors.roots) {
      assert.equal(toHex(StatusList.statusListsRoot(lists)), root)
    }
  })

  it('invalid', () => {
    for (const text of vectors.invalid) {
      assert.throws(() => StatusList.decode(text), { code: 'StatusList.Malformed' }, text)
    }
  })
})
