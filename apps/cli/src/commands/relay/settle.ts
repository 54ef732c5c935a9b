import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf } from '../../figures.ts'
import { readNamedJson } from '../../namedFiles.ts'
import { EXIT, RefusedError, show, UsageError } from '../../output.ts'
import { whileWaiting } from '../../whileWaiting.ts'

type Options = { strict: boolean; key: string; fee: string }

type OfferFile = {
  dealId: Hex
  certificate: unknown
  oracleSignatures: { index: number; signature: Hex }[]
  consent: unknown
  consentSignature: Hex
}

/** `ambrosia relay settle`. */
export function define(settle: Command): void {
  settle
    .argument('<offers...>', 'files that ambrosia record offer wrote, all of one deal')
    .option('--strict', 'one refusal refuses all', false)
    .option(
      '--fee <med>',
      'fee for each offer, out of the price, as far as its consent allows',
      '0',
    )
    .option('--key <name>', 'account that sends and pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia relay settle offer-1.json offer-2.json')
    .action(async (files: string[], options: Options, command: Command) => {
      const { result, token } = await settleOffers(files, options)
      if (result.settled.length === 0) {
        const [first] = result.refused
        const reasons = result.refused.map(({ index, message }) => `${files[index]}: ${message}`)
        throw new RefusedError(
          `Chain.${first?.code ?? 'Refused'}`,
          `nothing was settled, and nothing was paid. ${reasons.join('; ')}`,
          first?.hint,
        )
      }
      const settled = result.settled.map(({ recordId, record }) => ({
        recordId,
        net: record.net.toString(),
      }))
      show(
        command,
        {
          settled,
          refused: result.refused,
          gas: Number(result.gas),
          transaction: result.transaction,
        },
        [
          ...result.settled.map(
            ({ recordId, record }) =>
              `settled ${recordId}: ${amount(record.net, token)} to the provider`,
          ),
          ...result.refused.map(
            ({ index, code, message, hint }) =>
              `refused ${files[index]}: ${message} (${code}). ${hint}`,
          ),
          gasOf(result.gas, result.transaction as Hex),
        ],
      )
      if (result.refused.length > 0) process.exitCode = EXIT.failed
    })
}

async function settleOffers(files: readonly string[], options: Options) {
  const { accountOf, openSession } = await import('../../Session.ts')
  const { outwardFetch } = await import('../../outwardFetch.ts')
  const { loadDeal } = await import('@ambrosia/sdk/loadDeal')
  const { settle } = await import('@ambrosia/sdk/relay/settle')
  const Certificate = await import('@ambrosia/exchange/Certificate')
  const Consent = await import('@ambrosia/exchange/Consent')
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  const { readToken } = await import('../../readToken.ts')
  const relayerFee = fromDecimal(options.fee)
  const offers = files.map(readOffer)
  const session = await openSession()
  const [first] = offers
  if (!first || offers.some((offer) => offer.dealId !== first.dealId)) {
    throw new UsageError('the offers are of different deals', 'Settle each deal by itself.')
  }
  const deal = await loadDeal(session, first.dealId)
  const result = await whileWaiting('the chain settles', async () =>
    settle({
      chain: session.chain,
      relayer: accountOf(session, options.key),
      deal,
      strict: options.strict,
      reach: { fetch: outwardFetch(session.network.rpcUrl), now: Date.now },
      settlements: offers.map((offer) => ({
        certificate: Certificate.fromJson(offer.certificate),
        oracleSignatures: offer.oracleSignatures,
        consent: Consent.fromJson(offer.consent),
        consentSignature: offer.consentSignature,
        relayerFee,
      })),
    }),
  )
  return { result, token: await readToken(session.chain.client, deal.terms.token) }
}

/** @throws Cli.Usage naming the file when it is not an offer */
function readOffer(path: string): OfferFile {
  const offer = readNamedJson(path) as Partial<OfferFile> | null
  const isOffer =
    typeof offer?.dealId === 'string' &&
    /^0x[0-9a-f]{64}$/.test(offer.dealId) &&
    Array.isArray(offer.oracleSignatures)
  if (!isOffer)
    throw new UsageError(`${path} is not an offer`, 'Give a file that ambrosia record offer wrote.')
  return offer as OfferFile
}
