import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { readMark, writeMark } from '../HomeMark.ts'
import { writeNetworkFile } from '../NetworkFile.ts'
import { releaseHome } from '../Owner.ts'
import { chainFileOf } from './keepChain.ts'
import { prepareHome } from './prepareHome.ts'

const address = `0x${'11'.repeat(20)}` as const
const names = ['medToken', 'didRegistry', 'oracleRegistry', 'dealBook', 'consentBook']
const contracts = Object.fromEntries(
  [...names, 'certificateVerifier', 'accessManager'].map((name) => [name, address]),
)

function put(home: string, path: string, text = 'kept'): void {
  mkdirSync(join(home, path, '..'), { recursive: true })
  writeFileSync(join(home, path), text)
}

/** A home as a network of `up` leaves it. */
function keptHome(t: TestContext): string {
  const home = useFolder(t)
  put(home, 'notes.txt')
  assert.equal(prepareHome(home, 'up', false), undefined)
  for (const part of ['issuer/keystore.json', 'store/blobs/one', 'wallet/keystore.json'])
    put(home, part)
  put(home, 'chain/state.json', '{}')
  const url = 'http://127.0.0.1:1'
  writeNetworkFile(home, {
    version: 1,
    chainId: 31337,
    rpcUrl: url,
    contracts: contracts as never,
    services: { issuer: url, store: url, oracles: [url] },
    confirmations: 1,
  })
  const mark = readMark(home)
  assert.ok(mark)
  writeMark(home, { ...mark, isComplete: true })
  releaseHome(home)
  return home
}

describe('prepareHome', () => {
  it('changes nothing in a home of services that no development network made, not even freshly', (t) => {
    const home = useFolder(t)
    put(home, 'issuer/keystore.json', 'a key that signs for a hospital')
    put(home, 'store/blobs/one')
    for (const maker of ['up', 'demo'] as const) {
      for (const isFresh of [false, true]) {
        assert.throws(() => prepareHome(home, maker, isFresh), { code: 'Home.OfOthers' })
      }
    }
    assert.deepEqual(readdirSync(home).sort(), ['issuer', 'store'])
    assert.match(readFileSync(join(home, 'issuer/keystore.json'), 'utf8'), /hospital/)
  })

  it('gives back the network that up keeps, and lets no demonstration end it', (t) => {
    const home = keptHome(t)
    assert.throws(() => prepareHome(home, 'demo', false), { code: 'Home.HoldsNetwork' })
    const kept = prepareHome(home, 'up', false)
    assert.equal(kept?.services.oracles.length, 1)
    assert.ok(existsSync(join(home, 'store/blobs/one')))
    releaseHome(home)
  })

  it('freshly clears what the network made, wallet included, and nothing else', (t) => {
    const home = keptHome(t)
    assert.equal(prepareHome(home, 'up', true), undefined)
    assert.deepEqual(readdirSync(home).sort(), [
      '.gitignore',
      'development.json',
      'notes.txt',
      'up.pid',
    ])
    releaseHome(home)
  })

  it('keeps a wallet that stood there before the network', (t) => {
    const home = useFolder(t)
    put(home, 'wallet/keystore.json')
    prepareHome(home, 'up', false)
    releaseHome(home)
    prepareHome(home, 'up', true)
    assert.ok(existsSync(join(home, 'wallet/keystore.json')))
    releaseHome(home)
  })

  it('clears what a start left that never came to its end, and what a demonstration left', (t) => {
    for (const [first, second] of [
      ['up', 'up'],
      ['demo', 'demo'],
      ['demo', 'up'],
    ] as const) {
      const home = useFolder(t)
      prepareHome(home, first, false)
      put(home, 'issuer/keystore.json')
      put(home, 'wallet/keystore.json')
      releaseHome(home)
      assert.equal(prepareHome(home, second, false), undefined)
      assert.deepEqual(readdirSync(home).sort(), [
        '.gitignore',
        'development.json',
        'up.pid',
        'wallet',
      ])
      releaseHome(home)
    }
  })

  it('says so where the chain of a network is gone, and changes nothing', (t) => {
    const home = keptHome(t)
    rmSync(chainFileOf(home))
    const rest = readdirSync(home)
    assert.throws(() => prepareHome(home, 'up', false), { code: 'Home.Damaged' })
    assert.deepEqual(readdirSync(home), rest)
  })
})
