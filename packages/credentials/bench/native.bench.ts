/**
 * Verifying a BBS signature over 10 messages beside what it takes of blst, native and by turns in
 * one run: a product of two pairings, 12 products in G1, one point decoded and found in its group.
 * blst is a library in C and assembly; a package with it built is looked for by its name, or where
 * AMBROSIA_BLST says, and is no dependency of ours:
 *
 *   npm install --prefix /tmp/blst @chainsafe/blst@2.2.0
 *   AMBROSIA_BLST=/tmp/blst/node_modules/@chainsafe/blst/index.js npm run bench -- bbsNative
 */
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as Bbs from '../src/Bbs.ts'

export const name = 'bbsNative'
export const figures = ['bbsNative.verify.10']

const CIPHERSUITE = 'BLS12-381-SHA-256'
const MESSAGE_COUNT = 10
/** Base point, Q_1 and the messages' generators with their scalars, and A with e. */
const PRODUCT_COUNT = MESSAGE_COUNT + 2
const RUNS = 31
/** How much slower than native the issuer's check may be. */
const GOAL = 5

/** The part of @chainsafe/blst that is used here. */
type Blst = {
  SecretKey: { fromKeygen(seed: Uint8Array): SecretKey }
  PublicKey: { fromBytes(bytes: Uint8Array, isValidated: boolean): unknown }
  verify(message: Uint8Array, publicKey: unknown, signature: unknown): boolean
}
type SecretKey = { toPublicKey(): { toBytes(): Uint8Array }; sign(message: Uint8Array): unknown }

export async function run() {
  const specifier = process.env['AMBROSIA_BLST'] ?? '@chainsafe/blst'
  const blst = await import(specifier).then(
    (found: { default?: Blst }) => found.default ?? (found as Blst),
    () => undefined,
  )
  if (blst === undefined) {
    process.stderr.write(`no ${specifier} here: install it as the head of this bench says\n`)
    return { figures: [] }
  }
  await Bbs.ready()
  const [ours, native] = [ourVerify(), nativeCalls(blst)]
  for (let i = 0; i < RUNS; i++) {
    ours()
    native()
  }
  const times: { ours: number[]; native: number[] } = { ours: [], native: [] }
  for (let i = 0; i < RUNS; i++) {
    times.ours.push(timeOf(ours))
    times.native.push(timeOf(native))
  }
  const [ms, nativeMs] = [median(times.ours), median(times.native)]
  return {
    figures: [
      {
        name: figures[0],
        value: Number(ms.toPrecision(3)),
        unit: 'ms of a core',
        against: `blst's primitives ${nativeMs.toPrecision(3)} ms; goal within ${GOAL} times`,
        ratio: Number((nativeMs / ms).toPrecision(3)),
      },
    ],
  }
}

function ourVerify(): () => void {
  const key = Bbs.keyPair(CIPHERSUITE, new Uint8Array(32).fill(1))
  const messages = Array.from({ length: MESSAGE_COUNT }, (_, i) => fromUtf8(`message ${i}`))
  const common = { ...key, ciphersuite: CIPHERSUITE, messages } as const
  const signature = Bbs.sign(common)
  return () => {
    if (!Bbs.verify({ ...common, signature })) throw new Error('a valid signature was refused')
  }
}

function nativeCalls({ SecretKey, PublicKey, verify }: Blst): () => void {
  const secretKey = SecretKey.fromKeygen(new Uint8Array(32).fill(1))
  const publicKey = secretKey.toPublicKey()
  const encoded = publicKey.toBytes()
  const message = fromUtf8('message')
  const signature = secretKey.sign(message)
  return () => {
    PublicKey.fromBytes(encoded, true)
    for (let i = 0; i < PRODUCT_COUNT; i++) secretKey.toPublicKey()
    if (!verify(message, publicKey, signature)) throw new Error('a valid signature was refused')
  }
}

/** Processor time, milliseconds: time on the wall would measure what else the machine does. */
function timeOf(work: () => void): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e3
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] as number
}
