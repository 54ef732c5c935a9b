// A chip in the structure of AMD's: root (ARK) and signing authority (ASK) with RSA-PSS, the chip's
// P-384 key (VCEK) with its firmware versions.
import { fromUint } from '@ambrosia/primitives/Bytes'
import type { SevTcb } from '../Policy.ts'
import { type Authority, der, issueCertificate, issueCrl, signRaw } from './issueCertificate.ts'

const DAY_SEC = 86_400
const OID = '1.3.6.1.4.1.3704.1'

export const CHIP_TCB: SevTcb = { bootloader: 4, tee: 0, snp: 22, microcode: 211 }

export type ReportOptions = {
  reportData?: Uint8Array
  measurement?: Uint8Array
  policy?: bigint
  tcb?: SevTcb
  chipId?: Uint8Array
  vmpl?: number
  family?: number
}

export async function createAmdChip(options: { nowSec: number; revoked?: readonly number[] }) {
  const { nowSec } = options
  const life = { fromSec: nowSec - DAY_SEC, untilSec: nowSec + 30 * DAY_SEC }
  const root = await issueCertificate({ name: 'ARK', algorithm: 'RSA-PSS', isCa: true, ...life })
  const authority = await issueCertificate(
    { name: 'SEV', algorithm: 'RSA-PSS', isCa: true, serial: 2, ...life },
    root,
  )
  const chipId = new Uint8Array(64).fill(0xc4)
  const extensions = [
    { oid: `${OID}.3.1`, value: integer(CHIP_TCB.bootloader) },
    { oid: `${OID}.3.2`, value: integer(CHIP_TCB.tee) },
    { oid: `${OID}.3.3`, value: integer(CHIP_TCB.snp) },
    { oid: `${OID}.3.8`, value: integer(CHIP_TCB.microcode) },
    { oid: `${OID}.4`, value: chipId },
  ]
  const chip = await issueCertificate(
    { name: 'SEV-VCEK', algorithm: 'P-384', ...life, extensions },
    authority,
  )
  return {
    root: root.certificate,
    certificates: [chip.certificate, authority.certificate, root.certificate],
    crl: await issueCrl(root, { ...life, serials: options.revoked ?? [] }),
    report: (report: ReportOptions = {}) => reportOf(chip, { chipId, ...report }),
  }
}

async function reportOf(chip: Authority, options: ReportOptions): Promise<Uint8Array> {
  const report = new Uint8Array(0x4a0)
  const view = new DataView(report.buffer)
  view.setUint32(0, 3, true)
  view.setBigUint64(8, options.policy ?? 0x30000n, true)
  view.setUint32(0x30, options.vmpl ?? 0, true)
  view.setUint32(0x34, 1, true)
  report.set(options.reportData ?? new Uint8Array(64), 0x50)
  report.set(options.measurement ?? new Uint8Array(48).fill(0xaa), 0x90)
  report[0x188] = options.family ?? 0x19
  report.set(options.chipId ?? new Uint8Array(64), 0x1a0)
  for (const at of [0x38, 0x180, 0x1e0, 0x1f0]) {
    const { bootloader, tee, snp, microcode } = options.tcb ?? CHIP_TCB
    report.set([bootloader, tee, 0, 0, 0, 0, snp, microcode], at)
  }
  const signature = await signRaw(chip, report.subarray(0, 0x2a0))
  report.set(signature.slice(0, 48).reverse(), 0x2a0)
  report.set(signature.slice(48).reverse(), 0x2a0 + 72)
  return report
}

function integer(value: number): Uint8Array {
  return der(0x02, fromUint(value, value > 127 ? 2 : 1))
}
