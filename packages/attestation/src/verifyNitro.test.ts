import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { encode } from 'cborg'
import type { NitroPolicy } from './Policy.ts'
import { assertRefused, flip } from './testing/assertRefused.ts'
import { createNitroEnclave, type DocumentOptions } from './testing/createNitroEnclave.ts'
import { verifyNitro } from './verifyNitro.ts'

const NOW_SEC = 1_900_000_000

// The chain is ours, in the structure of Amazon's.
describe('Nitro documents', () => {
  let enclave: Awaited<ReturnType<typeof createNitroEnclave>>
  let policy: NitroPolicy

  before(async () => {
    enclave = await createNitroEnclave({ nowSec: NOW_SEC })
    policy = { rootFingerprints: [toHex(sha256(enclave.root))], maximumAgeSec: 600 }
  })

  async function verifyDocument(document: Uint8Array, nowSec = NOW_SEC) {
    return await verifyNitro({ kind: 'nitro', parts: [document] }, policy, nowSec)
  }

  it('one that holds', async () => {
    const reportData = new Uint8Array(64).fill(0xd1)
    const verdict = await verifyDocument(await enclave.document({ reportData }))
    assert.deepEqual(verdict.reportData, reportData)
    assert.deepEqual(Object.keys(verdict.registers), ['PCR0', 'PCR1', 'PCR2'])
  })

  it('with its outer map of indefinite length, as newer modules write it', async () => {
    const document = await enclave.document({ isIndefinite: true })
    assert.equal((await verifyDocument(document)).kind, 'nitro')
  })

  it('changed anywhere', async () => {
    const document = await enclave.document()
    for (let at = 0; at < document.length; at += 29) {
      const promise = verifyDocument(flip(document, at))
      await assert.rejects(promise, { name: /^Attestation\./ }, `byte ${at}`)
    }
  })

  it('cut at every byte, and followed by anything', async () => {
    const document = await enclave.document()
    for (let size = 0; size < document.length; size++) {
      const promise = verifyDocument(document.subarray(0, size))
      await assertRefused(promise, 'Malformed', `${size} bytes`)
    }
    await assertRefused(verifyDocument(Uint8Array.of(...document, 0)), 'Malformed')
  })

  it('signed and yet refused', async () => {
    const zeros = new Map([0, 1, 2].map((index) => [index, new Uint8Array(48)]))
    const short = new Map([0, 1, 2].map((index) => [index, new Uint8Array(32).fill(1)]))
    const es256 = Uint8Array.of(0xa1, 0x01, 0x26)
    const cases: [DocumentOptions, Parameters<typeof assertRefused>[1]][] = [
      [{ pcrs: zeros }, 'DebugRefused'],
      [{ pcrs: short }, 'Malformed'],
      [{ pcrs: new Map() }, 'Malformed'],
      [{ reportData: null }, 'Malformed'],
      [{ digest: 'SHA256' }, 'Malformed'],
      [{ protectedHeader: es256 }, 'Malformed'],
      [{ signer: enclave.instance }, 'SignatureInvalid'],
      [{ timestampMs: (NOW_SEC - 601) * 1000 }, 'Expired'],
      [{ timestampMs: (NOW_SEC + 301) * 1000 }, 'Expired'],
    ]
    for (const [options, reason] of cases) {
      await assertRefused(verifyDocument(await enclave.document(options)), reason, reason)
    }
  })

  it('older than the policy allows, counted from its own time', async () => {
    const document = await enclave.document()
    await verifyDocument(document, NOW_SEC + 600)
    await assertRefused(verifyDocument(document, NOW_SEC + 601), 'Expired')
  })

  it('under another root', async () => {
    const other = await createNitroEnclave({ nowSec: NOW_SEC })
    await assertRefused(verifyDocument(await other.document()), 'ChainUntrusted')
  })

  it('hostile shapes', async () => {
    const nested = new Uint8Array(12_000).fill(0x81)
    const manyCertificates = encode([
      Uint8Array.of(0xa1, 0x01, 0x38, 0x22),
      new Map(),
      encode({
        digest: 'SHA384',
        timestamp: NOW_SEC * 1000,
        pcrs: new Map(),
        cabundle: new Array(100).fill(new Uint8Array(1)),
      }),
      new Uint8Array(96),
    ])
    const shapes = [nested, manyCertificates, encode([1, 2, 3]), encode(new Map()), encode(null)]
    for (const shape of shapes) await assertRefused(verifyDocument(shape), 'Malformed')
  })
})
