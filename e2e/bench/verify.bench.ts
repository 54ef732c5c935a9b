/**
 * `ambrosia verify FOLDER` over many deliveries of about 50 kB, with the start of the program,
 * against the sum of the library calls in it, made alone one after another on one core: the
 * bbs-2023 suite, JSON.parse, SHA-256. Run: npm run bench -- verify.100 or verify.1000
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as DidKey from '@ambrosia/credentials/DidKey'
import * as Delivery from '@ambrosia/exchange/Delivery'
import { toBundleText } from '@ambrosia/exchange/IssuedRecord'
import * as Payload from '@ambrosia/exchange/Payload'
import { sealContext } from '@ambrosia/exchange/SealContext'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import { fromBase64url, fromHex, fromUtf8 } from '@ambrosia/primitives/Bytes'
import type { DeliveryProof } from '@ambrosia/sdk/consumer/verifyDelivery'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Seal from '@ambrosia/sealing/Seal'
import { withEnding } from '@ambrosia/testing/defer'
import type { Figure } from '@ambrosia/testing/Figure'
import { useFolder } from '@ambrosia/testing/useFolder'
import { endedSeconds } from './processorTime.ts'
import { verifyPresentation } from './verifyPresentation.ts'

export const name = 'verify'
const COUNTS = [100, 1000]
export const figures = COUNTS.flatMap((count) => [
  `verify.${count}`,
  `verify.${count}.bytes`,
  `verify.${count}.processor`,
])

const MAIN = resolve(import.meta.dirname, '../../apps/cli/src/main.ts')
const LIBRARY_RUNS = 15

type Setting = Awaited<ReturnType<typeof createSetting>>
type Opened = { bundle: string; proof: DeliveryProof; payload: Payload.Payload }

export async function run(options: { only?: string }) {
  const wanted = COUNTS.filter(
    (count) => options.only === name || options.only?.split('.')[1] === String(count),
  )
  return await withEnding(async (t) => {
    const setting = await createSetting(50_000)
    const opened = await openOffer(setting)
    const librarySec = await librarySecondsOf(setting, opened)
    const found: Figure[] = []
    for (const count of wanted) {
      const home = useFolder(t)
      const sizeBytes = writeDeliveries(join(home, 'delivered'), opened, count)
      const { seconds, processorSec } = await verifySecondsOf(home)
      const against = `library calls alone on one core, ${(1 / librarySec).toFixed(1)} records/s`
      const ratio = (librarySec * count) / seconds
      const figure = { against, ratio }
      if (processorSec !== undefined) found.push(processorFigure(count, processorSec, librarySec))
      found.push(
        { name: `verify.${count}`, value: count / seconds, unit: 'records/s', ...figure },
        {
          name: `verify.${count}.bytes`,
          value: sizeBytes / seconds / 1e6,
          unit: 'MB/s',
          ...figure,
        },
      )
    }
    return { figures: found }
  })
}

/** The delivery that an offer becomes. */
async function openOffer({ deal, parts, offer, context }: Setting): Promise<Opened> {
  const seal = sealContext({ ...deal, provider: parts.account.address })
  const [envelope] = offer.manifest.recipients
  if (envelope === undefined) throw new Error('the setting seals for its own oracle')
  const { privateKey } = context.self
  const dataKey = await Envelope.unwrap({ envelope, privateKey, context: seal })
  const payload = Payload.decode(
    await Seal.openBytes({ ciphertext: offer.sealed, dataKey, context: seal }),
  )
  const { presentation, resources } = payload
  const proof: DeliveryProof = {
    version: 1,
    chainId: deal.chainId,
    dealBook: deal.dealBook,
    dealId: deal.dealId,
    recordId: `0x${'0'.repeat(64)}`,
    consumer: deal.consumer,
    settledAt: new Date(Number(parts.asOfSec) * 1000).toISOString(),
    criteria: deal.criteria,
    resources: resources.map(({ salt, proof: path }) => ({ salt, ...(path && { proof: path }) })),
    presentation,
    issuerDocument: DidKey.toDidDocument(String(presentation['issuer'])),
  }
  return { bundle: toBundleText(resources), proof, payload }
}

/** @returns the bytes of all files */
function writeDeliveries(folder: string, { bundle, proof }: Opened, count: number): number {
  mkdirSync(folder)
  let sizeBytes = 0
  for (let i = 0; i < count; i++) {
    const number = String(i).padStart(5, '0')
    const text = JSON.stringify({ ...proof, recordId: `0x${number.padStart(64, '0')}` })
    writeFileSync(join(folder, `${number}.bundle.json`), bundle)
    writeFileSync(join(folder, `${number}.proof.json`), text)
    sizeBytes += bundle.length + text.length
  }
  return sizeBytes
}

/** In processor time, which other programs on the machine leave alone. */
function processorFigure(count: number, processorSec: number, librarySec: number): Figure {
  const ms = (processorSec * 1000) / count
  return {
    name: `verify.${count}.processor`,
    value: ms,
    unit: 'ms of a core a record',
    against: `library calls alone, ${(librarySec * 1000).toFixed(1)} ms`,
    ratio: (librarySec * 1000) / ms,
  }
}

async function verifySecondsOf(home: string) {
  const [start, before] = [performance.now(), endedSeconds()]
  const child = spawn(process.execPath, [MAIN, '--json', 'verify', join(home, 'delivered')], {
    env: { ...process.env, AMBROSIA_HOME: home },
    stdio: 'ignore',
  })
  const status = await new Promise((done) => child.once('exit', done))
  if (status !== 0) throw new Error(`ambrosia verify ended with ${status}`)
  const [seconds, after] = [(performance.now() - start) / 1000, endedSeconds()]
  return { seconds, processorSec: after === undefined ? undefined : after - (before ?? 0) }
}

/** Median of the library calls for one delivery, in processor time. */
async function librarySecondsOf(setting: Setting, { bundle, proof, payload }: Opened) {
  const { deal, domain, context } = setting
  const { dealId, consumer } = deal
  const payloadRoot = Payload.root(payload.resources)
  const header = fromHex(Delivery.hash({ dealId, consumer, payloadRoot }, domain))
  const verify = await verifyPresentation(context, payload.presentation, header)
  const proofText = JSON.stringify(proof)
  const times: number[] = []
  for (let i = 0; i < LIBRARY_RUNS; i++) {
    const start = process.cpuUsage()
    await verify()
    JSON.parse(bundle)
    JSON.parse(proofText)
    for (const { salt, text } of payload.resources) {
      createHash('sha256').update(fromBase64url(salt)).update(fromUtf8(text)).digest()
    }
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1e6)
  }
  return times.toSorted((a, b) => a - b)[LIBRARY_RUNS >> 1] as number
}
