import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PURPOSES } from '@ambrosia/credentials/DidAmbrosia'
import * as Keys from '@ambrosia/credentials/Keys'
import { keyInForce } from './consumerKey.ts'

const DAY = 86_400n
const NOW = 1_800_000_000n

/** A version of a DID with an X25519 key of this filling, or with none. */
function version(timeSec: bigint, filling: number | undefined, deactivated = false) {
  const methods =
    filling === undefined
      ? []
      : [
          {
            fragment: `key-${filling}`,
            purposes: PURPOSES.keyAgreement,
            multikey: Keys.toMulticodec({
              type: 'X25519',
              bytes: new Uint8Array(32).fill(filling),
            }),
          },
        ]
  const document = { controller: '0x00', methods, services: [], versionId: 1n, deactivated }
  return { ...document, timeSec }
}

describe('keyInForce', () => {
  it('the first key counts at once', () => {
    assert.equal(keyInForce([version(NOW - 1n, 1)], NOW)?.fragment, 'key-1')
  })

  it('limit: a change counts after a day, not a second before', () => {
    const versions = [version(NOW - 10n * DAY, 1), version(NOW - DAY, 2)]
    assert.equal(keyInForce(versions, NOW)?.fragment, 'key-2')
    assert.equal(keyInForce(versions, NOW - 1n)?.fragment, 'key-1')
  })

  it('"none" and deactivation count at once', () => {
    const first = version(NOW - 10n * DAY, 1)
    assert.equal(keyInForce([first, version(NOW - 1n, undefined)], NOW), undefined)
    assert.equal(keyInForce([first, version(NOW - 1n, 1, true)], NOW), undefined)
    assert.equal(keyInForce([], NOW), undefined)
  })

  it('a key without the purpose keyAgreement is none', () => {
    const wrong = version(NOW - DAY, 1)
    const methods = wrong.methods.map((method) => ({
      ...method,
      purposes: PURPOSES.authentication,
    }))
    assert.equal(keyInForce([{ ...wrong, methods }], NOW), undefined)
  })
})
