import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fromUtf8, toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Keystore from './Keystore.ts'

const secret = fromUtf8('marked-secret-of-32-bytes-length')
const light = { password: 'correct horse', hasRandomPassword: true }

describe('Keystore', () => {
  it('keeps secrets over a restart, encrypted', async (t) => {
    const path = join(useFolder(t), 'a', 'keystore.json')
    const first = await Keystore.open({ path, ...light })
    assert.equal(first.get('account'), undefined)
    first.add('account', secret)
    assert.deepEqual(
      first.getOrCreate('account', () => new Uint8Array(1)),
      secret,
    )
    const made = first.getOrCreate('other', () => new Uint8Array(32).fill(7))
    const second = await Keystore.open({ path, ...light })
    assert.deepEqual(second.get('account'), secret)
    assert.deepEqual(second.get('other'), made)
    assert.deepEqual(second.names(), ['account', 'other'])
    const file = readFileSync(path, 'utf8')
    for (const text of [
      'marked-secret',
      toBase64url(secret),
      toHex(secret).slice(2),
      'correct horse',
    ]) {
      assert.ok(!file.includes(text))
    }
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('opened twice it loses nothing that either adds', async (t) => {
    const path = join(useFolder(t), 'keystore.json')
    const one = await Keystore.open({ path, ...light })
    const other = await Keystore.open({ path, ...light })
    one.add('first', secret)
    other.add('second', fromUtf8('another secret'))
    assert.deepEqual(
      other.getOrCreate('first', () => new Uint8Array(1)),
      secret,
    )
    assert.throws(() => one.add('second', secret), { code: 'Keystore.Exists' })
    const later = await Keystore.open({ path, ...light })
    assert.deepEqual(later.names(), ['first', 'second'])
    assert.deepEqual(later.get('first'), secret)
  })

  it('writes nothing into a keystore that took its place', async (t) => {
    const path = join(useFolder(t), 'keystore.json')
    const old = await Keystore.open({ path, ...light })
    rmSync(path)
    const next = await Keystore.open({ path, ...light })
    next.add('a', secret)
    assert.throws(() => old.add('b', secret), { code: 'Keystore.Replaced' })
    assert.deepEqual((await Keystore.open({ path, ...light })).names(), ['a'])
  })

  it('uses the strong derivation for passwords of people', async (t) => {
    const path = join(useFolder(t), 'keystore.json')
    await Keystore.open({ path, password: 'correct horse' })
    const { kdf } = JSON.parse(readFileSync(path, 'utf8'))
    assert.deepEqual([kdf.name, kdf.N, kdf.r, kdf.p], ['scrypt', 2 ** 17, 8, 1])
    await assert.rejects(Keystore.open({ path, password: 'wrong' }), {
      code: 'Keystore.WrongPassword',
    })
  })

  it('refuses wrong password, changed file, swapped secrets', async (t) => {
    const path = join(useFolder(t), 'keystore.json')
    const keystore = await Keystore.open({ path, ...light })
    keystore.add('a', secret)
    keystore.add('b', secret.slice(1))
    await assert.rejects(Keystore.open({ path, ...light, password: 'x' }), {
      code: 'Keystore.WrongPassword',
    })
    const file = JSON.parse(readFileSync(path, 'utf8'))
    const { a, b } = file.secrets
    writeFileSync(path, JSON.stringify({ ...file, secrets: { a: b, b: a } }))
    const swapped = await Keystore.open({ path, ...light })
    assert.throws(() => swapped.get('a'), { code: 'Keystore.Malformed' })
    const bad = ['', '{', 'null', '{}', JSON.stringify({ ...file, version: 2 })]
    bad.push(JSON.stringify({ ...file, kdf: { ...file.kdf, N: 2 ** 30 } }))
    bad.push(JSON.stringify({ ...file, kdf: { ...file.kdf, N: 3 } }))
    for (const text of bad) {
      writeFileSync(path, text)
      await assert.rejects(Keystore.open({ path, ...light }), { code: 'Keystore.Malformed' }, text)
      assert.equal(readFileSync(path, 'utf8'), text)
    }
  })

  it('names that exist or are none', async (t) => {
    const keystore = await Keystore.open({ path: join(useFolder(t), 'keystore.json'), ...light })
    keystore.add('a', secret)
    assert.throws(() => keystore.add('a', secret), { code: 'Keystore.Exists' })
    for (const name of ['', 'a b', '../a', 'x'.repeat(65)]) {
      assert.throws(() => keystore.add(name, secret), { code: 'Keystore.InvalidName' })
    }
    assert.equal(keystore.get('__proto__'), undefined)
    assert.deepEqual(
      keystore.getOrCreate('__proto__x', () => secret),
      secret,
    )
  })
})

describe('developmentPassword', () => {
  it('is made once', (t) => {
    const home = join(useFolder(t), 'home')
    const password = Keystore.developmentPassword(home)
    assert.equal(password.length, 43)
    assert.equal(Keystore.developmentPassword(home), password)
    const path = join(home, 'development-password')
    assert.ok(existsSync(path))
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })
})
