import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { SevSnpPolicy } from './Policy.ts'
import { assertRefused, flip } from './testing/assertRefused.ts'
import { CHIP_TCB, createAmdChip, type ReportOptions } from './testing/createAmdChip.ts'
import { verifySevSnp } from './verifySevSnp.ts'

const NOW_SEC = 1_900_000_000
const DEBUG_POLICY = 0x30000n | (1n << 19n)

// No real report was at hand: chain and chip are ours, in the structure of AMD's manuals, with RSA
// keys of half the size.
describe('SEV-SNP reports', () => {
  let chip: Awaited<ReturnType<typeof createAmdChip>>
  let policy: SevSnpPolicy

  before(async () => {
    chip = await createAmdChip({ nowSec: NOW_SEC })
    policy = {
      rootFingerprints: [toHex(sha256(chip.root))],
      minimumTcb: CHIP_TCB,
      crls: [chip.crl],
    }
  })

  async function verifyReport(report: Uint8Array, changes: Partial<SevSnpPolicy> = {}) {
    const evidence = { kind: 'sev-snp', parts: [report, ...chip.certificates] } as const
    return await verifySevSnp(evidence, { ...policy, ...changes }, NOW_SEC)
  }

  it('one that holds', async () => {
    const reportData = new Uint8Array(64).fill(0xd1)
    const measurement = new Uint8Array(48).fill(0x77)
    const verdict = await verifyReport(await chip.report({ reportData, measurement }))
    assert.deepEqual(verdict.reportData, reportData)
    assert.deepEqual(verdict.registers['MEASUREMENT'], measurement)
    const other = await verifyReport(await chip.report())
    assert.notEqual(other.measurement, verdict.measurement)
  })

  it('changed anywhere under the signature, or in it', async () => {
    const report = await chip.report()
    for (let at = 0; at < 0x2a0 + 48; at += 13) {
      const promise = verifyReport(flip(report, at))
      await assert.rejects(promise, { name: /^Attestation\./ }, `byte ${at}`)
    }
  })

  it('cut at every byte', async () => {
    const report = await chip.report()
    for (let size = 0; size < report.length; size++) {
      await assertRefused(verifyReport(report.subarray(0, size)), 'Malformed', `${size} bytes`)
    }
  })

  it('signed and yet refused', async () => {
    const cases: [ReportOptions, Parameters<typeof assertRefused>[1]][] = [
      [{ policy: DEBUG_POLICY }, 'DebugRefused'],
      [{ policy: 0x30000n | (1n << 18n) }, 'PlatformRefused'],
      [{ policy: 0x10000n }, 'Malformed'],
      [{ vmpl: 1 }, 'PlatformRefused'],
      [{ family: 0x1a }, 'PlatformRefused'],
      [{ chipId: new Uint8Array(64).fill(1) }, 'ChainUntrusted'],
      [{ tcb: { ...CHIP_TCB, microcode: 210 } }, 'ChainUntrusted'],
    ]
    for (const [options, reason] of cases) {
      await assertRefused(verifyReport(await chip.report(options)), reason, reason)
    }
  })

  it('with firmware below the least that counts, part by part', async () => {
    for (const name of ['bootloader', 'tee', 'snp', 'microcode'] as const) {
      const minimumTcb = { ...CHIP_TCB, [name]: CHIP_TCB[name] + 1 }
      await assertRefused(verifyReport(await chip.report(), { minimumTcb }), 'TcbRefused', name)
    }
  })

  it('under another root, a chain cut or turned, a revoked authority', async () => {
    const report = await chip.report()
    const rootFingerprints = [toHex(sha256(Uint8Array.of(1)))]
    await assertRefused(verifyReport(report, { rootFingerprints }), 'ChainUntrusted')
    const [leaf, authority, root] = chip.certificates as [Uint8Array, Uint8Array, Uint8Array]
    const chains = [[leaf, root], [leaf, authority], [root], [], [authority, leaf, root]]
    for (const certificates of chains) {
      const evidence = { kind: 'sev-snp', parts: [report, ...certificates] } as const
      const name = `${certificates.length} certificates`
      await assertRefused(verifySevSnp(evidence, policy, NOW_SEC), 'ChainUntrusted', name)
    }
    const revoking = await createAmdChip({ nowSec: NOW_SEC, revoked: [2] })
    const evidence = {
      kind: 'sev-snp',
      parts: [await revoking.report(), ...revoking.certificates],
    } as const
    const roots = { ...policy, rootFingerprints: [toHex(sha256(revoking.root))] }
    const crls = [revoking.crl]
    await assertRefused(verifySevSnp(evidence, { ...roots, crls }, NOW_SEC), 'Revoked')
    await assertRefused(verifySevSnp(evidence, roots, NOW_SEC), 'ChainUntrusted')
  })

  it('after its certificates', async () => {
    const evidence = {
      kind: 'sev-snp',
      parts: [await chip.report(), ...chip.certificates],
    } as const
    const later = NOW_SEC + 31 * 86_400
    await assertRefused(verifySevSnp(evidence, { ...policy, crls: [] }, later), 'Expired')
    await assertRefused(verifySevSnp(evidence, policy, later), 'CollateralExpired')
  })
})
