import type { Command } from 'commander'
import type { Address, Hex } from 'viem'
import { writeNamed } from '../../namedFiles.ts'
import { address, hash, walletName } from '../../options.ts'
import { progress, show, UsageError } from '../../output.ts'
import { saleAccountName } from './saleAccount.ts'

type Options = { deal: string; out: string; yes: boolean; relayerFee: string; relayer?: string }

/** `ambrosia record offer`. */
export function define(offer: Command): void {
  offer
    .argument('<name>', 'name of the record', walletName)
    .requiredOption('--deal <id>', 'deal to offer it into', hash)
    .requiredOption('--out <file>', 'file for the offer; give it to any relayer')
    .option('--relayer-fee <med>', 'most that a relayer may take out of the price', '0')
    .option('--relayer <address>', 'the only account that may carry it; default: anyone', address)
    .option('--yes', 'sign without asking', false)
    .addHelpText(
      'after',
      '\nExample:\n  ambrosia record offer alice --deal 0x… --out offer.json\n  ambrosia relay settle offer.json',
    )
    .action(async (name: string, options: Options, command: Command) => {
      const made = await makeOffer(name, options)
      writeNamed(options.out, `${JSON.stringify(made.file, null, 2)}\n`)
      show(
        command,
        {
          deal: options.deal,
          offer: options.out,
          score: made.score,
          account: made.account,
          consentHash: made.file.consentHash,
        },
        [
          `quality ${made.score}/100, ${made.signatures} oracles`,
          `offer ${options.out}: carry it with ambrosia relay settle ${options.out}`,
        ],
      )
    })
}

async function makeOffer(name: string, options: Options) {
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  const { openSession, recordLoader } = await import('../../Session.ts')
  const { loadDeal } = await import('@ambrosia/sdk/loadDeal')
  const { loadRecord } = await import('../../wallet/records.ts')
  const { certifyOffer, prepareOffer } = await import('@ambrosia/sdk/provider/offerRecord')
  const { giveConsent } = await import('@ambrosia/sdk/provider/giveConsent')
  const { toSettlement } = await import('@ambrosia/exchange/Settlement')
  const Certificate = await import('@ambrosia/exchange/Certificate')
  const Consent = await import('@ambrosia/exchange/Consent')
  const session = await openSession()
  const deal = await loadDeal(session, options.deal as Hex)
  const offering = {
    chain: session.chain,
    store: session.store,
    fetch,
    loader: await recordLoader(),
    deal,
    record: await loadRecord(session, name),
    account: session.wallet.account(saleAccountName(name, deal.dealId)),
    holderKey: session.wallet.holderKey(name),
    now: Date.now,
    onProgress: tellProgress,
  }
  const sealed = await prepareOffer(offering)
  progress(sealed.selected.explanation)
  const certificate = await certifyOffer(offering, sealed)
  const { consent, sentences } = await giveConsent({
    offering,
    sealed,
    certificate,
    maximumRelayerFee: fromDecimal(options.relayerFee),
    ...(options.relayer === undefined ? {} : { relayer: options.relayer as Address }),
    confirm: (shown) => confirm(shown, options.yes),
  })
  const settlement = toSettlement(deal.terms, certificate, consent)
  return {
    score: certificate.certificate.score,
    signatures: certificate.signatures.length,
    account: offering.account.address,
    file: {
      version: 1,
      dealId: deal.dealId,
      certificate: Certificate.toJson(certificate.certificate),
      oracleSignatures: settlement.oracleSignatures,
      consent: Consent.toJson(consent.consent),
      consentHash: consent.consentHash,
      consentSignature: consent.signature,
      sentences,
    },
  }
}

type Progress = { step: string; done: number; total?: number; unit: string }

function tellProgress({ step, done, total, unit }: Progress): void {
  progress(`${step}: ${done}${total === undefined ? '' : ` of ${total}`} ${unit}`)
}

/** Shows the exact sentences and asks; without a terminal the caller must say --yes. */
async function confirm(sentences: readonly string[], isAgreed: boolean): Promise<void> {
  for (const sentence of sentences) progress(`  ${sentence}`)
  if (isAgreed) return
  if (!process.stdin.isTTY)
    throw new UsageError(
      'the consent needs your word',
      'Add --yes after reading the sentences above.',
    )
  const { createInterface } = await import('node:readline/promises')
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await prompt.question('Sign this consent? (yes/no) ')
  prompt.close()
  if (answer.trim().toLowerCase() !== 'yes') throw new UsageError('not signed', 'Nothing was sold.')
}
