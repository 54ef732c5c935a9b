import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import type { Figure } from '@ambrosia/testing/Figure'
import * as peer from 'digitalbazaar-bbs-signatures'
import * as Bbs from '../src/Bbs.ts'

/**
 * Our BBS core against the one it stands in for: signing, verifying, deriving a proof that shows a
 * tenth of the messages, and verifying it. Milliseconds, median of warm runs; a ratio above 1 says
 * how many times faster.
 */
export const name = 'bbs'

const CIPHERSUITE = 'BLS12-381-SHA-256'
const COUNTS = [10, 100, 1000]
/** Runs measured; the other core takes seconds each at 1,000 messages. */
type Runs = { mcl: number; digitalbazaar: number }
const RUNS: Record<number, Runs> = {
  10: { mcl: 25, digitalbazaar: 5 },
  100: { mcl: 11, digitalbazaar: 1 },
  1000: { mcl: 5, digitalbazaar: 1 },
}

/**
 * @param options `only` names a figure such as `bbs.sign.10`; other message counts are then left
 * out.
 */
export async function run(options: { only?: string } = {}): Promise<{ figures: Figure[] }> {
  await Bbs.ready()
  // The engine compiles both cores better after some use; neither is measured cold.
  await measureOurs(10, 10)
  await measureTheirs(10, 2)
  const figures: Figure[] = []
  const only = COUNTS.filter((count) => options.only?.split('.')[2] === String(count))
  for (const count of only.length > 0 ? only : COUNTS) {
    const ours = await measureOurs(count, (RUNS[count] as Runs).mcl)
    const theirs = await measureTheirs(count, (RUNS[count] as Runs).digitalbazaar)
    for (const [operation, value] of Object.entries(ours)) {
      const peerValue = theirs[operation as keyof Times]
      const named = (core: string) => `bbs.${operation}.${count}.${core}`
      figures.push(
        figure(named('mcl'), value, named('digitalbazaar'), peerValue / value),
        figure(named('digitalbazaar'), peerValue, named('mcl'), value / peerValue),
      )
    }
  }
  return { figures }
}

function figure(name_: string, value: number, against: string, ratio: number): Figure {
  return { name: name_, value: round(value), unit: 'ms', against, ratio: round(ratio) }
}

const round = (value: number) => Number(value.toPrecision(4))

type Times = { sign: number; verify: number; derive: number; verifyProof: number }

function input(count: number) {
  const pair = Bbs.keyPair(CIPHERSUITE, new Uint8Array(32).fill(1))
  const messages = Array.from({ length: count }, (_, index) => fromUtf8(`message ${index}`))
  const disclosed = messages.map((_, index) => index).filter((index) => index % 10 === 0)
  return {
    common: { ...pair, ciphersuite: CIPHERSUITE as Bbs.Ciphersuite, header: fromUtf8('header') },
    presentationHeader: fromUtf8('presentation header'),
    messages,
    disclosed,
    shown: disclosed.map((index) => messages[index] as Uint8Array),
  }
}

async function measureOurs(count: number, runs: number): Promise<Times> {
  const { common, presentationHeader, messages, disclosed, shown } = input(count)
  const signature = Bbs.sign({ ...common, messages })
  const prove = () =>
    Bbs.prove({ ...common, signature, presentationHeader, messages, disclosedIndexes: disclosed })
  const proof = prove()
  return {
    sign: await median(runs, () => Bbs.sign({ ...common, messages })),
    verify: await median(runs, () => assertTrue(Bbs.verify({ ...common, signature, messages }))),
    derive: await median(runs, prove),
    verifyProof: await median(runs, () =>
      assertTrue(
        Bbs.verifyProof({
          ...common,
          proof,
          presentationHeader,
          messages: shown,
          disclosedIndexes: disclosed,
        }),
      ),
    ),
  }
}

async function measureTheirs(count: number, runs: number): Promise<Times> {
  const { common, presentationHeader, messages, disclosed, shown } = input(count)
  const signature = Bbs.sign({ ...common, messages })
  const derive = {
    ...common,
    signature,
    presentationHeader,
    messages,
    disclosedMessageIndexes: disclosed,
  }
  const proof = await peer.deriveProof(derive)
  return {
    sign: await median(runs, () => peer.sign({ ...common, messages })),
    verify: await median(runs, async () =>
      assertTrue(await peer.verifySignature({ ...common, signature, messages })),
    ),
    derive: await median(runs, () => peer.deriveProof(derive)),
    verifyProof: await median(runs, async () =>
      assertTrue(
        await peer.verifyProof({
          ...common,
          proof,
          presentationHeader,
          disclosedMessages: shown,
          disclosedMessageIndexes: disclosed,
        }),
      ),
    ),
  }
}

async function median(runs: number, step: () => unknown): Promise<number> {
  const times: number[] = []
  for (let run_ = 0; run_ < runs; run_++) {
    const start = performance.now()
    await step()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return times[Math.floor(times.length / 2)] as number
}

function assertTrue(result: boolean): void {
  if (!result) throw new Error('a valid signature or proof was refused')
}
