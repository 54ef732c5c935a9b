import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { toPlain } from '@ambrosia/primitives/Errors'
import type { RecordOnChain } from '@ambrosia/sdk/readRecords'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { inParallel } from '../../inParallel.ts'
import { writeNamed } from '../../namedFiles.ts'
import { hash, wholeNumber } from '../../options.ts'
import { EXIT, progress, RefusedError, show } from '../../output.ts'
import { privateFolder } from '../../privateFolder.ts'
import { whileWaiting } from '../../whileWaiting.ts'

type Options = { deal: string; out: string; key: string; parallel: number; again: boolean }
type Collected = { recordId: string; bundle: string; proof: string; resources: number }
type Failed = { recordId: string; code: string }
type Result = { collected: Collected[]; present: string[]; stopped: string[]; failed: Failed[] }

/** `ambrosia consumer collect`. */
export function define(collect: Command): void {
  collect
    .requiredOption('--deal <id>', 'deal to collect', hash)
    .requiredOption('--out <dir>', 'folder for bundle and proof of each record')
    .option('--key <name>', 'name of the consumer key', 'consumer')
    .option('--parallel <n>', 'records at a time', wholeNumber(1, 32), 8)
    .option('--again', 'fetch records that lie in the folder already once more', false)
    .addHelpText(
      'after',
      `
What lies in the folder already is left as it is: a run that was interrupted goes on where it ended.

Example:
  ambrosia consumer collect --deal 0x… --out delivered

With --json: {"version":1,"ok":true,"collected":[{"recordId":"0x…","bundle":"delivered/….bundle.json","proof":"…","resources":56}],"present":[],"stopped":[],"failed":[]}`,
    )
    .action(async (options: Options, command: Command) => {
      const result = await whileWaiting('collecting', () => collectAll(options))
      const { collected, present, stopped, failed } = result
      if (collected.length + present.length === 0 && failed[0])
        throw new RefusedError(
          failed[0].code,
          failed.length === 1
            ? `record ${failed[0].recordId} could not be collected`
            : `none of ${failed.length} records could be collected`,
          'Collect again later; after the delivery window opens a claim: ambrosia consumer claim.',
        )
      if (failed.length > 0) process.exitCode = EXIT.failed
      show(
        command,
        { ok: failed.length === 0, ...result },
        [
          ...collected.map((one) => one.bundle),
          ...(present.length > 0 ? [`${present.length} in ${options.out} already`] : []),
          ...(stopped.length > 0
            ? [
                `${stopped.length} revoked by whoever sold them: not collected; stop using and delete what you have of them`,
              ]
            : []),
        ],
        'nothing was sold into this deal yet',
      )
    })
}

/** One record that can't be had must not keep back the others. */
async function collectAll(options: Options): Promise<Result> {
  const { accountOf, openSession, recordLoader } = await import('../../Session.ts')
  const { loadDeal } = await import('@ambrosia/sdk/loadDeal')
  const { readRecords } = await import('@ambrosia/sdk/readRecords')
  const { assertCollectable } = await import('@ambrosia/sdk/consumer/assertCollectable')
  const { collectRecord } = await import('@ambrosia/sdk/consumer/collectRecord')
  const { readDeliveryEnd } = await import('@ambrosia/chain/read/exchange')
  const session = await openSession()
  const { client } = session.chain
  const { consentBook } = session.chain.contracts
  const deal = await loadDeal(session, options.deal as Hex)
  const account = accountOf(session, options.key)
  const { privateKey, publicKey } = await session.wallet.encryptionKey(options.key)
  await assertCollectable({ chain: session.chain, deal, account, publicKey })
  const loader = await recordLoader()
  const records = await readRecords(session.chain, { dealId: deal.dealId })
  privateFolder(options.out)
  const result: Result = { collected: [], present: [], stopped: [], failed: [] }
  const collect = async ({ record, recordId, status }: RecordOnChain): Promise<void> => {
    const { bundle, proof } = filesOf(options.out, recordId)
    // A stop leaves the one delivery that was paid for.
    const isOver =
      status === 'unwound' ||
      (status === 'revoked' &&
        Date.now() / 1000 > (await readDeliveryEnd(client, consentBook, record)))
    if (isOver) {
      result.stopped.push(recordId)
      const kept = existsSync(bundle) ? `; ${bundle} is still there` : ''
      progress(`${recordId}: the consent was revoked: stop using the record and delete it${kept}`)
      return
    }
    if (!options.again && existsSync(bundle) && existsSync(proof)) {
      result.present.push(recordId)
      return
    }
    const found = await collectRecord({
      chainId: session.network.chainId,
      dealBook: session.chain.contracts.dealBook,
      record,
      recordId,
      criteria: deal.criteria,
      account,
      key: { keyId: `${deal.criteria.consumer}#delivery-1`, privateKey },
      store: session.store,
      resolver: session.chain.resolver,
      loader,
      now: Date.now,
      pause,
    })
    // The proof comes first: a Bundle that lies there has its proof.
    writeNamed(proof, `${JSON.stringify(found.proof, null, 2)}\n`, { over: true })
    writeNamed(bundle, `${found.bundleText}\n`, { over: true })
    result.collected.push({ recordId, bundle, proof, resources: found.resourceCount })
    progress(`${recordId}: ${found.resourceCount} resources, every digest is the issuer's`)
  }
  await inParallel(records, options.parallel, async (one) => {
    try {
      await collect(one)
    } catch (error) {
      const { code, message } = toPlain(error)
      result.failed.push({ recordId: one.recordId, code })
      progress(`${one.recordId}: ${message} (${code})`)
    }
  })
  return result
}

function filesOf(folder: string, recordId: string): { bundle: string; proof: string } {
  const base = join(folder, recordId.slice(2, 18))
  return { bundle: `${base}.bundle.json`, proof: `${base}.proof.json` }
}
