import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { toPlain } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { hash } from '../../options.ts'
import { EXIT, progress, RefusedError, show } from '../../output.ts'

type Options = { deal: string; out: string; key: string }
type Collected = { recordId: string; bundle: string; proof: string; resources: number }

/** `ambrosia consumer collect`. */
export function define(collect: Command): void {
  collect
    .requiredOption('--deal <id>', 'deal to collect', hash)
    .requiredOption('--out <dir>', 'folder for bundle and proof of each record')
    .option('--key <name>', 'name of the consumer key', 'consumer')
    .addHelpText('after', '\nExample:\n  ambrosia consumer collect --deal 0x… --out delivered')
    .action(async (options: Options, command: Command) => {
      const { collected, stopped, failed } = await collectAll(options)
      if (collected.length === 0 && failed[0])
        throw new RefusedError(
          failed[0].code,
          `none of ${failed.length} records could be collected`,
        )
      if (failed.length > 0) process.exitCode = EXIT.failed
      show(
        command,
        { ok: failed.length === 0, collected, stopped, failed },
        collected.map((one) => one.bundle),
      )
    })
}

/** One record that can't be had must not keep back the others. */
async function collectAll(options: Options) {
  const { accountOf, openSession, recordLoader } = await import('../../Session.ts')
  const { loadDeal } = await import('@ambrosia/sdk/loadDeal')
  const { readRecords } = await import('@ambrosia/sdk/readRecords')
  const { collectRecord } = await import('@ambrosia/sdk/consumer/collectRecord')
  const session = await openSession()
  const deal = await loadDeal(session, options.deal as Hex)
  const { privateKey } = await session.wallet.encryptionKey(options.key)
  const loader = await recordLoader()
  const records = await readRecords(session.chain, { dealId: deal.dealId })
  mkdirSync(options.out, { recursive: true, mode: 0o700 })
  const collected: Collected[] = []
  const stopped: string[] = []
  const failed: { recordId: string; code: string }[] = []
  for (const { record, recordId, status } of records) {
    if (status !== 'settled') {
      stopped.push(recordId)
      progress(`${recordId}: the provider has revoked the consent: stop using it and delete it`)
      continue
    }
    try {
      const result = await collectRecord({
        chainId: session.network.chainId,
        dealBook: session.chain.contracts.dealBook,
        record,
        recordId,
        criteria: deal.criteria,
        account: accountOf(session, options.key),
        key: { keyId: `${deal.criteria.consumer}#delivery-1`, privateKey },
        store: session.store,
        resolver: session.chain.resolver,
        loader,
        now: Date.now,
        pause,
      })
      const base = join(options.out, recordId.slice(2, 18))
      const [bundle, proof] = [`${base}.bundle.json`, `${base}.proof.json`]
      writeFileSync(bundle, `${result.bundleText}\n`, { mode: 0o600 })
      writeFileSync(proof, `${JSON.stringify(result.proof, null, 2)}\n`, { mode: 0o600 })
      collected.push({ recordId, bundle, proof, resources: result.resourceCount })
      progress(`${recordId}: ${result.resourceCount} resources, every digest is the issuer's`)
    } catch (error) {
      const { code, message } = toPlain(error)
      failed.push({ recordId, code })
      progress(`${recordId}: ${message} (${code})`)
    }
  }
  return { collected, stopped, failed }
}
