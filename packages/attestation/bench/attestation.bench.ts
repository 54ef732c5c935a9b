/**
 * Checks of evidence per second, one after another on one core: quotes, reports and documents of
 * chains of our own, whose signatures and sizes are those of real ones (AMD's RSA keys have 4096
 * bits where these have 2048). SGX stands against the library alone, the others against SGX. Run:
 * node packages/attestation/bench/attestation.bench.ts
 */
import { toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { ed25519 } from '@noble/curves/ed25519.js'
import * as dcap from '@phala/dcap-qvl'
import * as Attestation from '../src/Attestation.ts'
import * as Evidence from '../src/Evidence.ts'
import type { Policy } from '../src/Policy.ts'
import * as Software from '../src/Software.ts'
import { createAmdChip } from '../src/testing/createAmdChip.ts'
import { createIntelPlatform } from '../src/testing/createIntelPlatform.ts'
import { createNitroEnclave } from '../src/testing/createNitroEnclave.ts'
import { verifyDcap } from '../src/verifyDcap.ts'
import { verifyNitro } from '../src/verifyNitro.ts'
import { verifySevSnp } from '../src/verifySevSnp.ts'

export const name = 'attestation'
export const figures = ['sgx', 'nitro', 'sevSnp', 'software'].map((kind) => `attestation.${kind}`)

export type Figure = { name: string; value: number; unit: string; against: string; ratio: number }

const NOW_SEC = 1_900_000_000
const ROOT_KEY = new Uint8Array(32).fill(0x0d)

export async function run(): Promise<{ figures: Figure[] }> {
  const measured = await measure()
  const row = (kind: keyof typeof measured, against: keyof typeof measured): Figure => ({
    name: `attestation.${kind}`,
    value: Math.round(measured[kind] * 10) / 10,
    unit: 'checks/s',
    against: against === 'library' ? '@phala/dcap-qvl alone' : `attestation.${against}`,
    ratio: measured[kind] / measured[against],
  })
  const rows = [row('sgx', 'library'), row('nitro', 'sgx'), row('sevSnp', 'sgx')]
  return { figures: [...rows, row('software', 'sgx')] }
}

async function measure() {
  const platform = await createIntelPlatform({ nowSec: NOW_SEC })
  const quote = await platform.quote()
  const { collateral, rootPem } = platform
  const dcapPolicy = { collaterals: [collateral], tcbStatuses: ['UpToDate'] as const, rootPem }
  const [root] = dcap.utils.extractCerts(Buffer.from(rootPem))
  const library = new dcap.QuoteVerifier(root)
  const enclave = await createNitroEnclave({ nowSec: NOW_SEC })
  const nitroPolicy = { rootFingerprints: [toHex(sha256(enclave.root))], maximumAgeSec: 600 }
  const document = await enclave.document()
  const chip = await createAmdChip({ nowSec: NOW_SEC })
  const sevPolicy = {
    rootFingerprints: [toHex(sha256(chip.root))],
    minimumTcb: { bootloader: 0, tee: 0, snp: 0, microcode: 0 },
    crls: [chip.crl],
  }
  const report = [await chip.report(), ...chip.certificates]
  return {
    library: await perSecond(async () => library.verify(quote, collateral, NOW_SEC)),
    sgx: await perSecond(() => verifyDcap({ kind: 'sgx', parts: [quote] }, dcapPolicy, NOW_SEC)),
    nitro: await perSecond(() =>
      verifyNitro({ kind: 'nitro', parts: [document] }, nitroPolicy, NOW_SEC),
    ),
    sevSnp: await perSecond(() =>
      verifySevSnp({ kind: 'sev-snp', parts: report }, sevPolicy, NOW_SEC),
    ),
    software: await perSecond(software()),
  }
}

function software(): () => Promise<unknown> {
  const measurement = toHex(new Uint8Array(32))
  const reportData = new Uint8Array(64)
  const policy: Policy = {
    environment: 'development',
    kinds: ['software'],
    measurements: [{ measurement, activatesAtSec: 0 }],
    software: { roots: { root: toHex(ed25519.getPublicKey(ROOT_KEY)) } },
  }
  const statement = { root: 'root', measurement, reportData, expiresAtSec: NOW_SEC }
  const evidence = Evidence.encode(Software.create(statement, ROOT_KEY))
  return () => Attestation.verify(evidence, { policy, reportData, nowSec: NOW_SEC })
}

async function perSecond(work: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 10; i++) await work()
  const count = 100
  const start = performance.now()
  for (let i = 0; i < count; i++) await work()
  return (1000 * count) / (performance.now() - start)
}
