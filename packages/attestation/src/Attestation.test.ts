import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concat, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import * as Attestation from './Attestation.ts'
import * as Evidence from './Evidence.ts'
import * as NodeKeys from './NodeKeys.ts'
import type { Policy } from './Policy.ts'
import { AMD_GENOA_ROOT, AWS_NITRO_ROOT } from './roots.ts'
import * as Software from './Software.ts'
import { assertRefused } from './testing/assertRefused.ts'

const NOW_SEC = 1_900_000_000
const ROOT_KEY = new Uint8Array(32).fill(0x0d)
const MEASUREMENT: Hex = `0x${'ab'.repeat(32)}`
const keys: NodeKeys.NodeKeys = {
  operator: `0x${'01'.repeat(20)}`,
  signer: `0x${'02'.repeat(20)}`,
  encryptionKey: `0x${'03'.repeat(32)}`,
  admissionKey: `0x${'04'.repeat(32)}`,
  blsKeyHash: `0x${'00'.repeat(32)}`,
  measurement: MEASUREMENT,
  nonce: `0x${'06'.repeat(32)}`,
  expiresAtSec: BigInt(NOW_SEC + 600),
}
const admission: NodeKeys.Admission = { chainId: 31337n, verifyingContract: `0x${'09'.repeat(20)}` }
const reportData = NodeKeys.reportData(keys, admission)
const policy: Policy = {
  environment: 'development',
  kinds: Evidence.KINDS,
  measurements: [{ measurement: MEASUREMENT, activatesAtSec: NOW_SEC, sunsetAtSec: NOW_SEC + 50 }],
  software: { roots: { root: toHex(ed25519.getPublicKey(ROOT_KEY)) } },
  dcap: { collaterals: [], tcbStatuses: ['UpToDate'] },
  sevSnp: {
    rootFingerprints: [AMD_GENOA_ROOT],
    minimumTcb: { bootloader: 0, tee: 0, snp: 0, microcode: 0 },
  },
  nitro: { rootFingerprints: [AWS_NITRO_ROOT], maximumAgeSec: 60 },
}

function evidenceOf(data = reportData, measurement = MEASUREMENT): Uint8Array {
  const statement = { root: 'root', measurement, reportData: data, expiresAtSec: NOW_SEC + 99 }
  return Evidence.encode(Software.create(statement, ROOT_KEY))
}

describe('verify', () => {
  const options = { policy, reportData, nowSec: NOW_SEC }

  it('evidence for the keys asked about, of a program that is allowed now', async () => {
    const verdict = await Attestation.verify(evidenceOf(), options)
    assert.equal(verdict.kind, 'software')
    assert.equal(verdict.measurement, MEASUREMENT)
  })

  it('another key, nonce, contract, chain or expiry', async () => {
    const others: Partial<NodeKeys.NodeKeys>[] = [
      { operator: `0x${'11'.repeat(20)}` },
      { signer: `0x${'11'.repeat(20)}` },
      { encryptionKey: `0x${'11'.repeat(32)}` },
      { admissionKey: `0x${'11'.repeat(32)}` },
      { blsKeyHash: `0x${'11'.repeat(32)}` },
      { measurement: `0x${'11'.repeat(32)}` },
      { nonce: `0x${'11'.repeat(32)}` },
      { expiresAtSec: keys.expiresAtSec + 1n },
    ]
    const wrong = [
      ...others.map((change) => NodeKeys.reportData({ ...keys, ...change }, admission)),
      NodeKeys.reportData(keys, { ...admission, chainId: 1n }),
      NodeKeys.reportData(keys, { ...admission, verifyingContract: keys.operator }),
      concat(reportData.subarray(0, 63), Uint8Array.of(1)),
    ]
    for (const [index, data] of wrong.entries()) {
      await assertRefused(Attestation.verify(evidenceOf(data), options), 'WrongKeys', `${index}`)
      const promise = Attestation.verify(evidenceOf(), { ...options, reportData: data })
      await assertRefused(promise, 'WrongKeys', `${index}`)
    }
  })

  it('a program that is not allowed, not yet, or no longer', async () => {
    const other: Hex = `0x${'cd'.repeat(32)}`
    const unknown = evidenceOf(reportData, other)
    await assertRefused(Attestation.verify(unknown, options), 'WrongMeasurement')
    const at = (nowSec: number) => Attestation.verify(evidenceOf(), { ...options, nowSec })
    await assertRefused(at(NOW_SEC - 1), 'MeasurementNotActive')
    await at(NOW_SEC + 49)
    await assertRefused(at(NOW_SEC + 50), 'MeasurementSunset')
  })

  it('software in production, whatever the policy says besides', async () => {
    const production = { ...options, policy: { ...policy, environment: 'production' as const } }
    await assertRefused(Attestation.verify(evidenceOf(), production), 'SoftwareRefused')
  })

  it('a kind that the policy does not take or says nothing about', async () => {
    const hardware = { ...options, policy: { ...policy, kinds: ['sgx'] as const } }
    await assertRefused(Attestation.verify(evidenceOf(), hardware), 'KindRefused')
    const { environment, kinds, measurements } = policy
    const silent = { ...options, policy: { environment, kinds, measurements } }
    for (const kind of Evidence.KINDS) {
      const bytes = Evidence.encode({ kind, parts: [new Uint8Array(10)] })
      await assertRefused(Attestation.verify(bytes, silent), 'KindRefused', kind)
    }
  })

  it('any bytes at all are refused with a reason', async () => {
    const kind = fc.constantFrom(...Evidence.KINDS)
    const parts = fc.array(fc.uint8Array({ maxLength: 1200 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(kind, parts, async (kind, parts) => {
        const bytes = Evidence.encode({ kind, parts })
        await assert.rejects(Attestation.verify(bytes, options), { name: /^Attestation\./ })
      }),
      { numRuns: 200, seed: 13 },
    )
  })

  it('certificates nested as deep as the size allows', async () => {
    const deep = new Uint8Array(4 * 3900)
    for (let at = 0; at < deep.length; at += 4) {
      const rest = deep.length - at - 4
      deep.set([0x30, 0x82, rest >> 8, rest & 255], at)
    }
    const bytes = Evidence.encode({
      kind: 'sev-snp',
      parts: [reportOfVersion2(), deep.slice(0, 14_000)],
    })
    await assertRefused(Attestation.verify(bytes, options), 'Malformed')
  })
})

function reportOfVersion2(): Uint8Array {
  const report = new Uint8Array(0x4a0)
  report[0] = 2
  report[0x34] = 1
  return report
}
