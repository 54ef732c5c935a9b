import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { toPlain } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { hash } from '../arguments.ts'
import { groupOf, show } from '../group.ts'
import { EXIT, progress, RefusedError } from '../output.ts'

/** `ambrosia consumer`: what a consumer does with settled records. */
export function register(program: Command): void {
  const consumer = groupOf(program, 'consumer', 'Collect and check what you bought.')
  consumer
    .command('collect')
    .description('fetch, open and verify every settled record of a deal')
    .requiredOption('--deal <id>', 'deal to collect', hash)
    .requiredOption('--out <dir>', 'folder for bundle and proof of each record')
    .option('--key <name>', 'name of the consumer key', 'consumer')
    .addHelpText('after', '\nExample:\n  ambrosia consumer collect --deal 0x… --out delivered')
    .action(async (options: { deal: string; out: string; key: string }, command: Command) => {
      const { accountOf, loadDeal, openSession, recordLoader } = await import('../Session.ts')
      const { readRecords } = await import('@ambrosia/sdk/readRecords')
      const { collectRecord } = await import('@ambrosia/sdk/consumer/collectRecord')
      const session = await openSession()
      const deal = await loadDeal(session, options.deal as Hex)
      const { privateKey } = await session.wallet.encryptionKey(options.key)
      const loader = await recordLoader()
      const records = await readRecords(session.chain, { dealId: deal.dealId })
      mkdirSync(options.out, { recursive: true, mode: 0o700 })
      const collected: { recordId: string; bundle: string; proof: string; resources: number }[] = []
      const stopped: string[] = []
      // One record that can't be had must not keep back the others.
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
          writeFileSync(`${base}.bundle.json`, `${result.bundleText}\n`, { mode: 0o600 })
          writeFileSync(`${base}.proof.json`, `${JSON.stringify(result.proof, null, 2)}\n`, {
            mode: 0o600,
          })
          collected.push({
            recordId,
            bundle: `${base}.bundle.json`,
            proof: `${base}.proof.json`,
            resources: result.resourceCount,
          })
          progress(`${recordId}: ${result.resourceCount} resources, every digest is the issuer's`)
        } catch (error) {
          const { code, message } = toPlain(error)
          failed.push({ recordId, code })
          progress(`${recordId}: ${message} (${code})`)
        }
      }
      if (collected.length === 0 && failed[0])
        throw new RefusedError(
          failed[0].code,
          `none of ${failed.length} records could be collected`,
        )
      if (failed.length > 0) process.exitCode = EXIT.failed
      await show(
        command,
        { ok: failed.length === 0, collected, stopped, failed },
        collected.map((one) => one.bundle),
      )
    })
  consumer
    .command('claim')
    .argument('<recordId>', 'id of the settled record', hash)
    .addHelpText(
      'after',
      '\nExamples:\n  ambrosia consumer claim 0x…\n  ambrosia consumer claim 0x… --refund',
    )
    .description(
      'oblige the oracles to post the key of a record on chain, or with --refund take their shares when they did not',
    )
    .option('--refund', 'the deadline is over: take the refund', false)
    .option('--key <name>', 'account of the consumer', 'consumer')
    .action(async (id: string, options: { refund: boolean; key: string }, command: Command) => {
      const { accountOf, openSession } = await import('../Session.ts')
      const { readRecords } = await import('@ambrosia/sdk/readRecords')
      const { claimDelivery } = await import('@ambrosia/sdk/consumer/claimDelivery')
      const session = await openSession()
      const [settled] = await readRecords(session.chain, { recordId: id as Hex })
      if (!settled)
        throw new RefusedError('Record.NotSettled', 'the chain has no settled record of that id')
      const receipt = await claimDelivery({
        chain: session.chain,
        account: accountOf(session, options.key),
        record: settled.record,
        step: options.refund ? 'refundDelivery' : 'claimDelivery',
      })
      await show(command, { transaction: receipt.transactionHash }, [
        `tx ${receipt.transactionHash}`,
      ])
    })
}
