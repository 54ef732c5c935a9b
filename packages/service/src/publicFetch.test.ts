import assert from 'node:assert/strict'
import type { lookup } from 'node:dns'
import { describe, it } from 'node:test'
import { createPublicFetch, isPublicAddress } from './publicFetch.ts'

describe('isPublicAddress', () => {
  it('tells what is on the public Internet from what is not', () => {
    for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111']) {
      assert.equal(isPublicAddress(address), true, address)
    }
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '255.255.255.255',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      'fe80::1',
      'fd00::1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      'localhost',
      '',
    ]) {
      assert.equal(isPublicAddress(address), false, address)
    }
  })
})

describe('createPublicFetch', () => {
  const refused = { code: 'Fetch.NotPublic' }

  it('refuses addresses of this machine and its network, in every spelling', async () => {
    const get = createPublicFetch()
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '10.0.0.1',
    ]) {
      await assert.rejects(get(`https://${host}/status/1`), refused, host)
    }
    await assert.rejects(get('http://hospital.example/'), refused)
  })

  it('refuses a name that leads there, also where only one of its addresses does', async () => {
    const leading = (...addresses: string[]) =>
      createPublicFetch(((_name: string, _options: object, done: (...args: unknown[]) => void) =>
        done(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        )) as unknown as typeof lookup)
    await assert.rejects(leading('127.0.0.1')('https://hospital.example/'), refused)
    await assert.rejects(leading('8.8.8.8', '10.0.0.1')('https://hospital.example/'), refused)
    await assert.rejects(leading()('https://hospital.example/'), refused)
  })
})
