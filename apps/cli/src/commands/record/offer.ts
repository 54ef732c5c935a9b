import type { Offering } from '@ambrosia/sdk/provider/offerRecord'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { assertFree, writeNamed } from '../../namedFiles.ts'
import { address, hash, walletName } from '../../options.ts'
import { EXIT, progress, show, UsageError } from '../../output.ts'
import { makeOffer, type Prepared } from './makeOffer.ts'
import { saleAccountName } from './saleAccount.ts'

type Options = {
  deal: string
  out?: string
  yes: boolean
  dryRun: boolean
  force: boolean
  relayerFee: string
  relayer?: string
}

/** `ambrosia record offer`. */
export function define(offer: Command): void {
  offer
    .argument('<name>', 'name of the record', walletName)
    .requiredOption('--deal <id>', 'deal to offer it into', hash)
    .option(
      '--out <file>',
      'file for the offer (required but with --dry-run); give it to any relayer',
    )
    .option(
      '--dry-run',
      'show what would leave, to whom, under which words, and send nothing',
      false,
    )
    .option('--relayer-fee <med>', 'most that a relayer may take out of the price', '0')
    .option('--relayer <address>', 'the only account that may carry it; default: anyone', address)
    .option('--force', 'write over a file that exists', false)
    .option('--yes', 'permit the check and sign the consent without asking', false)
    .addHelpText(
      'after',
      `
It asks twice: before anything leaves, for leave to have it checked; and after the check, for the consent that sells it. A no is an
answer (exit code 1): the first costs nothing at all.

Example:
  ambrosia record offer alice --deal 0x… --dry-run
  ambrosia record offer alice --deal 0x… --out offer.json
  ambrosia relay settle offer.json

With --json: {"version":1,"ok":true,"agreed":true,"deal":"0x…","offer":"offer.json","score":92,"account":"0x…","consentHash":"0x…"}`,
    )
    .action(async (name: string, options: Options, command: Command) => {
      const out = options.out ?? ''
      if (!options.dryRun) assertOutput(out, options)
      const offering = await prepare(name, options)
      if (options.dryRun) return await showDryRun(command, offering)
      const made = await makeOffer(offering, name, options)
      if ('declined' in made) {
        const left = made.declined === 'permission' ? 'Nothing has left.' : 'Nothing was sold.'
        show(command, { agreed: false, deal: options.deal, declined: made.declined }, [left])
        process.exitCode = EXIT.failed
        return
      }
      writeNamed(out, `${JSON.stringify(made.file, null, 2)}\n`, { over: options.force })
      const { score, consentHash } = made
      show(
        command,
        { agreed: true, deal: options.deal, offer: out, score, account: made.account, consentHash },
        [
          `quality ${score}/100, ${made.signatures} oracles`,
          `offer ${out}: carry it with ambrosia relay settle ${out}`,
        ],
      )
    })
}

/** What can't be written or answered is said before anything leaves. */
function assertOutput(out: string, { force, yes }: Options): void {
  if (out === '') throw new UsageError('--out names no file', 'Add --out offer.json, or --dry-run.')
  assertFree(out, { over: force })
  if (!yes && !process.stdin.isTTY) {
    throw new UsageError(
      'permission and consent need your word, and there is no terminal to ask at',
      'Read what leaves with --dry-run; then add --yes.',
    )
  }
}

/** Selects and seals; reads the deal, sends nothing of the person. */
async function prepare(name: string, options: Options): Promise<Prepared> {
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  const { openSession, recordLoader } = await import('../../Session.ts')
  const { outwardFetch } = await import('../../outwardFetch.ts')
  const { loadDeal } = await import('@ambrosia/sdk/loadDeal')
  const { loadRecord } = await import('../../wallet/records.ts')
  const { prepareOffer } = await import('@ambrosia/sdk/provider/offerRecord')
  const { describeOffer } = await import('@ambrosia/sdk/provider/permitCheck')
  const fee = fromDecimal(options.relayerFee)
  const session = await openSession()
  const record = await loadRecord(session, name)
  const deal = await loadDeal(session, options.deal as Hex)
  const offering: Offering = {
    chain: session.chain,
    store: session.store,
    fetch: outwardFetch(session.network.rpcUrl),
    loader: await recordLoader(),
    deal,
    record,
    account: session.wallet.account(saleAccountName(name, deal.dealId)),
    holderKey: session.wallet.holderKey(name),
    now: Date.now,
    onProgress: tellProgress,
  }
  const sealed = await prepareOffer(offering)
  return { offering, sealed, words: describeOffer(offering, sealed, fee), fee, session }
}

async function showDryRun(command: Command, { offering, sealed, words }: Prepared): Promise<void> {
  const { indexes, total, explanation } = sealed.selected
  show(
    command,
    {
      dryRun: true,
      deal: offering.deal.dealId,
      resources: indexes.length,
      of: total,
      sealedSizeBytes: sealed.offer.sealed.length,
      oracles: sealed.recipients.map(({ operator, endpoint }) => ({ operator, endpoint })),
      stores: offering.deal.terms.stores,
      permission: words.permission,
      consent: words.consent,
    },
    [
      `would leave: ${explanation}; ${sealed.offer.sealed.length} bytes sealed`,
      ...sealed.recipients.map(({ operator, endpoint }) => `to oracle ${operator} at ${endpoint}`),
      'first asked:',
      ...words.permission.map((sentence) => `  ${sentence}`),
      'asked after the check, here at the lowest price of the deal:',
      ...words.consent.map((sentence) => `  ${sentence}`),
      'Nothing was sent.',
    ],
  )
}

type Progress = { step: string; done: number; total?: number; unit: string }

function tellProgress({ step, done, total, unit }: Progress): void {
  progress(`${step}: ${done}${total === undefined ? '' : ` of ${total}`} ${unit}`)
}
