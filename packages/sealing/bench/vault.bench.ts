/**
 * Seals a stream of 1 GB (2^30 bytes) and gives it its address, and opens it again while checking
 * the address: what a provider and an oracle do. The peer is AES-256-GCM plus SHA-256 over the same
 * sealed bytes, both of node:crypto, in the same run. It has one tag for all, so no early refusal
 * of a changed chunk and no random access. Run: npm run bench -- vault [--size BYTES]
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import * as ContentAddress from '../src/ContentAddress.ts'
import * as Seal from '../src/Seal.ts'

export const name = 'vault'

export type Figure = { name: string; value: number; unit: string; against: string; ratio: number }

const PART_SIZE_BYTES = 1024 * 1024
const part = new Uint8Array(PART_SIZE_BYTES).fill(0x5a)
const dataKey = new Uint8Array(32).fill(1)
const context = new Uint8Array(32).fill(2)

async function* contentOf(sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; at += PART_SIZE_BYTES) {
    yield part.subarray(0, Math.min(PART_SIZE_BYTES, sizeBytes - at))
  }
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0
  for await (const bytes of stream) sizeBytes += bytes.length
  return sizeBytes
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

async function* plainSeal(sizeBytes: number): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv('aes-256-gcm', dataKey, new Uint8Array(12))
  const address = createHash('sha256')
  for await (const bytes of contentOf(sizeBytes)) {
    const sealed = cipher.update(bytes)
    address.update(sealed)
    yield sealed
  }
  yield cipher.final()
  address.digest()
}

async function* plainOpen(sizeBytes: number): AsyncGenerator<Uint8Array> {
  const decipher = createDecipheriv('aes-256-gcm', dataKey, new Uint8Array(12))
  const address = createHash('sha256')
  for await (const bytes of contentOf(sizeBytes)) {
    address.update(bytes)
    yield decipher.update(bytes)
  }
  address.digest()
}

/**
 * What is opened is sealed before the clock starts and kept in memory, so a gigabyte is opened as
 * several parts of it.
 */
export async function run(
  options: { sizeBytes?: number | undefined } = {},
): Promise<{ figures: Figure[] }> {
  const sizeBytes = options.sizeBytes ?? 2 ** 30
  const heldSizeBytes = Math.min(sizeBytes, 2 ** 27)
  const ciphertext: Uint8Array[] = []
  const plaintext = contentOf(heldSizeBytes)
  for await (const bytes of Seal.seal({ plaintext, dataKey, context })) ciphertext.push(bytes)
  const { cid } = await ContentAddress.fromBytes(ciphertext)
  const sealSec = await secondsOf(() =>
    ContentAddress.fromBytes(Seal.seal({ plaintext: contentOf(sizeBytes), dataKey, context })),
  )
  const openSec = await secondsOf(async () => {
    for (let at = 0; at < sizeBytes; at += heldSizeBytes) {
      const checked = ContentAddress.verifyStream(cid, ciphertext)
      await drain(Seal.open({ ciphertext: checked, dataKey, context }))
    }
  })
  const plainSealSec = await secondsOf(() => drain(plainSeal(sizeBytes)))
  const plainOpenSec = await secondsOf(() => drain(plainOpen(sizeBytes)))
  const size = sizeBytes === 2 ** 30 ? '1GB' : `${sizeBytes}B`
  const figure = (verb: string, seconds: number, plainSec: number): Figure => ({
    name: `vault.${verb}.${size}`,
    value: Math.round((sizeBytes / seconds / 1e6) * 10) / 10,
    unit: 'MB/s',
    against: `node:crypto aes-256-gcm and sha256 in one stream, ${Math.round(sizeBytes / plainSec / 1e6)} MB/s`,
    ratio: Math.round((plainSec / seconds) * 1000) / 1000,
  })
  return {
    figures: [figure('seal', sealSec, plainSealSec), figure('open', openSec, plainOpenSec)],
  }
}

if (import.meta.main) {
  const result = await run(
    process.argv[2] === undefined ? {} : { sizeBytes: Number(process.argv[2]) },
  )
  const peakSizeBytes = process.resourceUsage().maxRSS * 1024
  console.log(JSON.stringify({ ...result, peakSizeBytes }, null, 2))
}
