/**
 * Seals and opens a file of 1 GB (2^30 bytes) from disk to disk, with its content address in the
 * same pass, beside AES-256-GCM of node:crypto in one stream with SHA-256 over the same bytes. That
 * has one tag for all, so no early refusal of a changed chunk and no random access.
 * Run: node packages/sealing/bench/vault.bench.ts [BYTES]
 */
import { spawnSync } from 'node:child_process'
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as ContentAddress from '../src/ContentAddress.ts'
import * as Seal from '../src/Seal.ts'

export const name = 'vault'

export type Figure = { name: string; value: number; unit: string; against: string; ratio: number }

const PART_SIZE_BYTES = 1024 * 1024
const ROUND_COUNT = 3
const dataKey = new Uint8Array(32).fill(1)
const context = new Uint8Array(32).fill(2)
const nonce = new Uint8Array(12)

const read = (path: string) => createReadStream(path, { highWaterMark: PART_SIZE_BYTES })
const write = (path: string) => createWriteStream(path, { highWaterMark: 2 * PART_SIZE_BYTES })

async function seal(from: string, to: string): Promise<string> {
  let address = ''
  const content = ContentAddress.follow(Seal.seal({ plaintext: read(from), dataKey, context }))
  async function* addressed(): AsyncGenerator<Uint8Array> {
    address = (yield* content).cid
  }
  await pipeline(addressed, write(to))
  return address
}

async function openSealed(from: string, to: string, address: string): Promise<void> {
  const ciphertext = ContentAddress.verifyStream(address, read(from))
  await pipeline(Seal.open({ ciphertext, dataKey, context }), write(to))
}

async function plainSeal(from: string, to: string): Promise<{ tag: Buffer; hash: string }> {
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce)
  const hash = createHash('sha256')
  async function* sealed(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      const bytes = cipher.update(part)
      hash.update(bytes)
      yield bytes
    }
    cipher.final()
  }
  await pipeline(read(from), sealed, write(to))
  return { tag: cipher.getAuthTag(), hash: hash.digest('hex') }
}

async function plainOpen(from: string, to: string, tag: Buffer, expected: string): Promise<void> {
  const decipher = createDecipheriv('aes-256-gcm', dataKey, nonce).setAuthTag(tag)
  const hash = createHash('sha256')
  async function* opened(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      hash.update(part)
      yield decipher.update(part)
    }
    decipher.final()
  }
  await pipeline(read(from), opened, write(to))
  if (hash.digest('hex') !== expected) throw new Error('the plain file changed')
}

type Spent = { wallSec: number; cpuSec: number }

async function spend<T>(work: () => Promise<T>): Promise<Spent & { value: T }> {
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const value = await work()
  const { user, system } = process.cpuUsage(cpu)
  return { value, wallSec: (performance.now() - start) / 1000, cpuSec: (user + system) / 1e6 }
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number

/** Ours and the peer by turns; the median of the rounds. */
export async function run(
  options: { sizeBytes?: number | undefined } = {},
): Promise<{ figures: Figure[] }> {
  const sizeBytes = options.sizeBytes ?? 2 ** 30
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-vault-'))
  const at = (file: string) => join(folder, file)
  const spent: Record<'seal' | 'open' | 'plainSeal' | 'plainOpen', Spent[]> = {
    seal: [],
    open: [],
    plainSeal: [],
    plainOpen: [],
  }
  try {
    await writeContent(at('plain'), sizeBytes)
    for (let round = 0; round < ROUND_COUNT; round++) {
      for (const file of ['sealed', 'peer', 'opened', 'peerOpened'])
        rmSync(at(file), { force: true })
      const sealed = await spend(() => seal(at('plain'), at('sealed')))
      const plainSealed = await spend(() => plainSeal(at('plain'), at('peer')))
      spent.seal.push(sealed)
      spent.plainSeal.push(plainSealed)
      spent.open.push(await spend(() => openSealed(at('sealed'), at('opened'), sealed.value)))
      const { tag, hash } = plainSealed.value
      spent.plainOpen.push(await spend(() => plainOpen(at('peer'), at('peerOpened'), tag, hash)))
    }
    return {
      figures: [
        ...figuresOf('seal', sizeBytes, spent.seal, spent.plainSeal),
        ...figuresOf('open', sizeBytes, spent.open, spent.plainOpen),
        memoryFigure(sizeBytes, folder),
      ],
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function figuresOf(verb: string, sizeBytes: number, ours: Spent[], peer: Spent[]): Figure[] {
  const size = sizeBytes === 2 ** 30 ? '1GB' : `${sizeBytes}B`
  const rate = (seconds: number) => Math.round((sizeBytes / seconds / 1e6) * 10) / 10
  const peerName = 'aes-256-gcm and sha256 of node:crypto on one thread'
  const figure = (suffix: string, key: keyof Spent, unit: string): Figure => {
    const oursSec = median(ours.map((one) => one[key]))
    const peerSec = median(peer.map((one) => one[key]))
    return {
      name: `vault.${verb}.${size}${suffix}`,
      value: rate(oursSec),
      unit,
      against: `${peerName}, ${rate(peerSec)} ${unit}`,
      ratio: Math.round((peerSec / oursSec) * 1000) / 1000,
    }
  }
  return [figure('', 'wallSec', 'MB/s'), figure('.cpu', 'cpuSec', 'MB/s of processor time')]
}

/**
 * Peak of a process of its own that seals the file and opens it again, beside the goal of 200 MB.
 */
function memoryFigure(sizeBytes: number, folder: string): Figure {
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', import.meta.filename, '--once', folder],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  const peakMb = Number(stdout) / 1e6
  return {
    name: `vault.memory.${sizeBytes === 2 ** 30 ? '1GB' : `${sizeBytes}B`}`,
    value: Math.round(peakMb),
    unit: 'MB at the peak of a process that seals and opens',
    against: 'a goal of 200 MB',
    ratio: Math.round((200 / peakMb) * 1000) / 1000,
  }
}

async function writeContent(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, 'w')
  const part = Buffer.alloc(PART_SIZE_BYTES, 0x5a)
  for (let at = 0; at < sizeBytes; at += PART_SIZE_BYTES) {
    await file.write(part, 0, Math.min(PART_SIZE_BYTES, sizeBytes - at))
  }
  await file.close()
}

if (import.meta.main && process.argv[2] === '--once') {
  const folder = process.argv[3] as string
  const address = await seal(join(folder, 'plain'), join(folder, 'sealed'))
  await openSealed(join(folder, 'sealed'), join(folder, 'opened'), address)
  process.stdout.write(String(process.resourceUsage().maxRSS * 1024))
} else if (import.meta.main) {
  const sizeBytes = process.argv[2] === undefined ? undefined : Number(process.argv[2])
  console.log(JSON.stringify(await run({ sizeBytes }), null, 2))
}
