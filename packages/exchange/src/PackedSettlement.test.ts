import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { size, slice } from 'viem'
import { PACKED_SIZE, pack, packAlone, packCertification } from './PackedSettlement.ts'
import type { Settlement } from './Settlement.ts'
import { plainCertificate, plainConsent, word } from './testing/plainSettlement.ts'

const signature = (v: string, s = '2'.repeat(64)): Hex => `0x${'1'.repeat(64)}${s}${v}`

const settlement: Settlement = {
  certificate: { ...plainCertificate, score: 0x0102, asOf: 0x0a0bn },
  consent: { ...plainConsent, minimumNet: 2n ** 128n - 1n },
  consentSignature: signature('1c'),
  relayerFee: 1n,
  oracleSignatures: [
    { index: 2, signature: signature('1b') },
    { index: 0, signature: signature('01') },
  ],
}
const unpackable = { code: 'Settlement.Unpackable' }

describe('pack', () => {
  it('writes every field at its place', () => {
    const packed = packAlone(settlement)
    assert.equal(size(packed), PACKED_SIZE)
    const { certificate, consent } = settlement
    const places: [number, Hex][] = [
      [0, certificate.provider],
      [20, '0x0102'],
      [22, '0x0000000000000a0b'],
      [30, certificate.manifestHash],
      [62, certificate.personTag],
      [94, certificate.recordTag],
      [126, certificate.statusListsRoot],
      [158, certificate.receiptHash],
      [190, consent.answersHash],
      [222, `0x${'ff'.repeat(16)}`],
      [238, consent.payout],
      [258, consent.relayer],
      [278, `0x${'0'.repeat(31)}7`],
      [294, '0x0000000000000008'],
      [302, '0x0000000000000009'],
      [310, `0x${'0'.repeat(31)}1`],
      [326, word('1')],
      [358, `0xa${'2'.repeat(63)}`],
    ]
    for (const [start, bytes] of places) {
      assert.equal(slice(packed, start, start + size(bytes)), bytes, `at ${start}`)
    }
  })

  it('puts the signatures behind it, in the order of the list', () => {
    const packed = pack(settlement)
    assert.equal(size(packed), PACKED_SIZE + 2 + 2 * 64)
    const [first, second] = [`a${'2'.repeat(63)}`, '2'.repeat(64)]
    const ones = '1'.repeat(64)
    assert.equal(slice(packed, PACKED_SIZE), `0x0005${ones}${first}${ones}${second}`)
    assert.equal(packCertification([]), '0x0000')
  })

  it('refuses what has no packed form', () => {
    const { consent, certificate } = settlement
    const wrong: Settlement[] = [
      { ...settlement, consent: { ...consent, minimumNet: 2n ** 128n } },
      { ...settlement, consent: { ...consent, maximumRelayerFee: 2n ** 256n - 1n } },
      { ...settlement, certificate: { ...certificate, score: 65_536 } },
      { ...settlement, certificate: { ...certificate, asOf: -1n } },
      { ...settlement, relayerFee: -1n },
      { ...settlement, consentSignature: signature('1d') },
      { ...settlement, consentSignature: signature('1b').slice(0, -2) as Hex },
      { ...settlement, consentSignature: signature('1b', 'f'.repeat(64)) },
    ]
    for (const one of wrong) assert.throws(() => pack(one), unpackable)
    for (const index of [-1, 16, 0.5]) {
      const signatures = [{ index, signature: signature('1b') }]
      assert.throws(() => packCertification(signatures), unpackable)
    }
    const [first] = settlement.oracleSignatures
    assert.throws(() => packCertification([first!, first!]), unpackable)
  })
})
