import * as ContentAddress from '../ContentAddress.ts'
import * as Seal from '../Seal.ts'

/**
 * Seals a stream of the size given, reads its address, opens it again, and prints the peak of
 * memory.
 */
const sizeBytes = Number(process.argv[2])
const part = new Uint8Array(1024 * 1024).fill(7)
const secrets = { dataKey: new Uint8Array(32).fill(1), context: new Uint8Array(32) }

async function* content(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; at += part.length) yield part
}

const { cid } = await ContentAddress.fromBytes(
  Seal.seal({
    plaintext: content(),
    ...secrets,
    randomBytes: (size) => new Uint8Array(size),
  }),
)
const again = Seal.seal({
  plaintext: content(),
  ...secrets,
  randomBytes: (size) => new Uint8Array(size),
})
const ciphertext = ContentAddress.verifyStream(cid, again)
let openedSizeBytes = 0
for await (const bytes of Seal.open({ ciphertext, ...secrets })) openedSizeBytes += bytes.length
const peakSizeBytes = process.resourceUsage().maxRSS * 1024
process.stdout.write(`${JSON.stringify({ openedSizeBytes, peakSizeBytes })}\n`)
