import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { fromHex, fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import type { Evidence } from './Evidence.ts'
import type { Collateral, DcapPolicy, TcbStatus } from './Policy.ts'
import { assertRefused, flip } from './testing/assertRefused.ts'
import { createIntelPlatform, type IntelPlatform } from './testing/createIntelPlatform.ts'
import { issueCertificate, pem } from './testing/issueCertificate.ts'
import { verifyDcap } from './verifyDcap.ts'

const NOW_SEC = 1_900_000_000
const ALL: readonly TcbStatus[] = ['UpToDate', 'ConfigurationAndSWHardeningNeeded']

type Sample = { evidence: Evidence; policy: DcapPolicy; nowSec: number; collateral: Collateral }

/** A real quote and the collateral of its time, or null where the sample is absent. */
function readSample(t: TestContext, kind: 'sgx' | 'tdx'): Sample | null {
  const path = fixturePath(t, `attestation/${kind}_quote`)
  if (path === null) return null
  const collateral: Collateral = JSON.parse(readFileSync(`${path}_collateral.json`, 'utf8'))
  const nowSec = Date.parse(JSON.parse(collateral.tcb_info).issueDate) / 1000 + 3600
  const evidence: Evidence = { kind, parts: [new Uint8Array(readFileSync(path))] }
  return { evidence, policy: { collaterals: [collateral], tcbStatuses: ALL }, nowSec, collateral }
}

function quoteOf({ evidence }: Sample): Uint8Array {
  return evidence.parts[0] as Uint8Array
}

describe('real quotes', () => {
  it('an SGX quote of its time', async (t) => {
    const sample = readSample(t, 'sgx')
    if (sample === null) return
    const verdict = await verifyDcap(sample.evidence, sample.policy, sample.nowSec)
    assert.deepEqual(verdict.tcb, {
      status: 'ConfigurationAndSWHardeningNeeded',
      advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'],
    })
    assert.equal(
      toHex(verdict.registers['MRENCLAVE'] as Uint8Array),
      '0x33d8736db756ed4997e04ba358d27833188f1932ff7b1d156904d3f560452fbb',
    )
    assert.deepEqual(verdict.reportData.subarray(0, 13), fromUtf8('Hello, world!'))
  })

  it('a TDX quote of its time', async (t) => {
    const sample = readSample(t, 'tdx')
    if (sample === null) return
    const verdict = await verifyDcap(sample.evidence, sample.policy, sample.nowSec)
    assert.deepEqual(verdict.tcb, { status: 'UpToDate', advisories: [] })
    assert.equal(Object.keys(verdict.registers).length, 8)
    assert.equal(verdict.reportData.length, 64)
  })

  it('outdated: before and after the collateral', async (t) => {
    const sample = readSample(t, 'sgx')
    if (sample === null) return
    const { evidence, policy, nowSec } = sample
    const day = 86_400
    await assertRefused(verifyDcap(evidence, policy, nowSec - day), 'CollateralExpired')
    await assertRefused(verifyDcap(evidence, policy, nowSec + 31 * day), 'CollateralExpired')
    await assertRefused(verifyDcap(evidence, policy, 4_000_000_000), 'CollateralExpired')
  })

  it('a platform whose state or advisories the policy does not take', async (t) => {
    const sample = readSample(t, 'sgx')
    if (sample === null) return
    const { evidence, policy, nowSec } = sample
    const strict = { ...policy, tcbStatuses: ['UpToDate'] as const }
    await assertRefused(verifyDcap(evidence, strict, nowSec), 'TcbRefused')
    const one = { ...policy, advisories: ['INTEL-SA-00289'] }
    await assertRefused(verifyDcap(evidence, one, nowSec), 'TcbRefused')
    const both = { ...policy, advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'] }
    await verifyDcap(evidence, both, nowSec)
  })

  it('changed in any part', async (t) => {
    for (const kind of ['sgx', 'tdx'] as const) {
      const sample = readSample(t, kind)
      if (sample === null) return
      const quote = quoteOf(sample)
      // The signed body and every part of the authentication before the chain of certificates,
      // whose text has spare characters.
      for (let at = 0; at < 1300; at += 41) {
        const evidence = { kind, parts: [flip(quote, at)] }
        const promise = verifyDcap(evidence, sample.policy, sample.nowSec)
        await assert.rejects(promise, { name: /^Attestation\./ }, `${kind}, byte ${at}`)
      }
    }
  })

  it('cut at every byte, and followed by anything', async (t) => {
    const sample = readSample(t, 'sgx')
    if (sample === null) return
    const quote = quoteOf(sample)
    for (let size = 0; size < quote.length; size++) {
      const evidence = { kind: 'sgx', parts: [quote.subarray(0, size)] } as const
      const promise = verifyDcap(evidence, sample.policy, sample.nowSec)
      await assert.rejects(promise, { name: /^Attestation\./ }, `${size} bytes`)
    }
    const longer = { kind: 'sgx', parts: [Uint8Array.of(...quote, 1)] } as const
    await assertRefused(verifyDcap(longer, sample.policy, sample.nowSec), 'Malformed')
  })

  it('under the name of the other kind', async (t) => {
    const [sgx, tdx] = [readSample(t, 'sgx'), readSample(t, 'tdx')]
    if (sgx === null || tdx === null) return
    const asTdx = { kind: 'tdx', parts: sgx.evidence.parts } as const
    await assertRefused(verifyDcap(asTdx, tdx.policy, sgx.nowSec), 'Malformed')
    await assertRefused(verifyDcap(sgx.evidence, tdx.policy, sgx.nowSec), 'CollateralMissing')
  })

  it('with collateral that nobody signed', async (t) => {
    const sample = readSample(t, 'sgx')
    if (sample === null) return
    const { collateral, evidence, nowSec } = sample
    const good = 'ConfigurationAndSWHardeningNeeded'
    const changes: Partial<Collateral>[] = [
      { tcb_info: collateral.tcb_info.replace(good, 'UpToDate') },
      { qe_identity: collateral.qe_identity.replace('UpToDate', 'OutOfDate') },
      { tcb_info_signature: collateral.qe_identity_signature },
      { qe_identity_signature: collateral.tcb_info_signature },
    ]
    for (const change of changes) {
      const policy = { ...sample.policy, collaterals: [{ ...collateral, ...change }] }
      const name = Object.keys(change).join()
      await assertRefused(verifyDcap(evidence, policy, nowSec), 'SignatureInvalid', name)
    }
  })

  it('with an older evaluation of the platform than the policy asks for', async (t) => {
    const sample = readSample(t, 'sgx')
    if (sample === null) return
    const policy = { ...sample.policy, minimumTcbEvaluation: 18 }
    const promise = verifyDcap(sample.evidence, policy, sample.nowSec)
    await assertRefused(promise, 'CollateralMissing')
    const same = { ...sample.policy, minimumTcbEvaluation: 17 }
    await verifyDcap(sample.evidence, same, sample.nowSec)
  })

  // The library takes any list that it can't read for an empty one.
  it('with revocation lists that are absent, forged or of another time', async (t) => {
    const sample = readSample(t, 'sgx')
    if (sample === null) return
    const { collateral, evidence, nowSec } = sample
    const forged = fromHex(collateral.pck_crl)
    const changes: [Partial<Collateral>, Parameters<typeof assertRefused>[1]][] = [
      [{ pck_crl: '' }, 'Malformed'],
      [{ pck_crl: '3000' }, 'Malformed'],
      [{ pck_crl: toHex(flip(forged, forged.length - 5)).slice(2) }, 'ChainUntrusted'],
      [{ pck_crl: collateral.root_ca_crl }, 'CollateralMissing'],
      [{ root_ca_crl: collateral.pck_crl }, 'CollateralMissing'],
    ]
    for (const [change, reason] of changes) {
      const policy = { ...sample.policy, collaterals: [{ ...collateral, ...change }] }
      await assertRefused(verifyDcap(evidence, policy, nowSec), reason)
    }
  })
})

describe('quotes of a platform of our own, signed as they are', () => {
  async function verifyOn(
    platform: IntelPlatform,
    quote: Uint8Array,
    policy: Partial<DcapPolicy> = {},
    nowSec = NOW_SEC,
  ) {
    const { collateral, rootPem } = platform
    const whole: DcapPolicy = {
      collaterals: [collateral],
      tcbStatuses: ['UpToDate'],
      rootPem,
      ...policy,
    }
    return await verifyDcap({ kind: 'sgx', parts: [quote] }, whole, nowSec)
  }

  it('one that holds', async () => {
    const platform = await createIntelPlatform({ nowSec: NOW_SEC })
    const reportData = new Uint8Array(64).fill(0xd1)
    const verdict = await verifyOn(platform, await platform.quote({ reportData }))
    assert.deepEqual(verdict.reportData, reportData)
    assert.equal(verdict.tcb.status, 'UpToDate')
  })

  it('a debug enclave', async () => {
    const platform = await createIntelPlatform({ nowSec: NOW_SEC })
    const quote = await platform.quote({ attributes: 0x07 })
    await assertRefused(verifyOn(platform, quote), 'DebugRefused')
  })

  it('a platform below the oldest level, out of date, or revoked', async () => {
    const old = await createIntelPlatform({ nowSec: NOW_SEC, requiredSvn: 6 })
    await assertRefused(verifyOn(old, await old.quote()), 'TcbRefused')
    for (const status of ['OutOfDate', 'Revoked'] as const) {
      const platform = await createIntelPlatform({ nowSec: NOW_SEC, status })
      await assertRefused(verifyOn(platform, await platform.quote()), 'TcbRefused', status)
    }
    const revoked = await createIntelPlatform({ nowSec: NOW_SEC, revoked: [7] })
    await assertRefused(verifyOn(revoked, await revoked.quote()), 'Revoked')
  })

  it('signed by a key that the quoting enclave did not vouch for', async () => {
    const platform = await createIntelPlatform({ nowSec: NOW_SEC })
    const attestationKey = await crypto.subtle.generateKey(
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['sign', 'verify'],
    )
    const quote = await platform.quote({ attestationKey })
    await assertRefused(verifyOn(platform, quote), 'SignatureInvalid')
  })

  it('under another root', async () => {
    const platform = await createIntelPlatform({ nowSec: NOW_SEC })
    const life = { fromSec: NOW_SEC - 1, untilSec: NOW_SEC + 9999 }
    const other = await issueCertificate({
      name: 'Root',
      algorithm: 'P-256',
      isCa: true,
      ...life,
    })
    const policy = { rootPem: pem(other.certificate) }
    await assertRefused(verifyOn(platform, await platform.quote(), policy), 'ChainUntrusted')
    const { collateral } = platform
    const intel: DcapPolicy = { collaterals: [collateral], tcbStatuses: ['UpToDate'] }
    const evidence = { kind: 'sgx', parts: [await platform.quote()] } as const
    await assertRefused(verifyDcap(evidence, intel, NOW_SEC), 'CollateralMissing')
  })

  // The library asks of no issuer that it be an authority.
  it('under a certificate that is not an authority', async () => {
    const platform = await createIntelPlatform({ nowSec: NOW_SEC, isAuthority: false })
    await assertRefused(verifyOn(platform, await platform.quote()), 'ChainUntrusted')
  })

  it('after its certificates', async () => {
    const platform = await createIntelPlatform({ nowSec: NOW_SEC })
    const quote = await platform.quote()
    const later = NOW_SEC + 40 * 86_400
    await assertRefused(verifyOn(platform, quote, {}, later), 'CollateralExpired')
  })
})
