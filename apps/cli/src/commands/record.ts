import type { Command } from 'commander'
import type { Address, Hex } from 'viem'
import { address, hash, walletName } from '../arguments.ts'
import { readNamedJson, writeNamed } from '../files.ts'
import { groupOf, show } from '../group.ts'
import { progress } from '../output.ts'

/** `ambrosia record`: what a provider, usually the patient, does. */
export function register(program: Command): void {
  const record = groupOf(program, 'record', 'Your records: list, offer, revoke, export.')
  record
    .command('list')
    .description('records in the wallet')
    .addHelpText('after', '\nExample:\n  ambrosia record list')
    .action(async (_options: object, command: Command) => {
      const { homeOf } = await import('../home.ts')
      const { records } = await import('../Session.ts')
      const names = records.names(homeOf())
      await show(command, { records: names }, names)
    })
  record
    .command('offer')
    .argument('<name>', 'name of the record', walletName)
    .description(
      'select, seal and validate a record for a deal, show the consent, sign it, write an offer for a relayer',
    )
    .requiredOption('--deal <id>', 'deal to offer it into', hash)
    .requiredOption('--out <file>', 'file for the offer; give it to any relayer')
    .option('--relayer-fee <med>', 'most that a relayer may take out of the price', '0')
    .option('--relayer <address>', 'the only account that may carry it; default: anyone', address)
    .option('--yes', 'sign without asking', false)
    .addHelpText(
      'after',
      '\nExample:\n  ambrosia record offer alice --deal 0x… --out offer.json\n  ambrosia relay settle offer.json',
    )
    .action(async (name: string, options: OfferOptions & { out: string }, command: Command) => {
      const offer = await makeOffer(name, options)
      writeNamed(options.out, `${JSON.stringify(offer.file, null, 2)}\n`)
      await show(
        command,
        {
          deal: options.deal,
          offer: options.out,
          score: offer.score,
          account: offer.account,
          consentHash: offer.file.consentHash,
        },
        [
          `quality ${offer.score}/100, ${offer.signatures} oracles`,
          `offer ${options.out}: carry it with ambrosia relay settle ${options.out}`,
        ],
      )
    })
  record
    .command('cancel <offer>')
    .description('withdraw a signed consent that is not settled yet')
    .addHelpText('after', '\nExample:\n  ambrosia record cancel offer.json --name alice')
    .requiredOption('--name <name>', 'name of the record', walletName)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .action(async (file: string, options: { name: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../Session.ts')
      const { cancelConsent } = await import('@ambrosia/sdk/provider/revokeConsent')
      const session = await openSession()
      const offer = readNamedJson(file) as { dealId: Hex; consentHash: Hex }
      const receipt = await cancelConsent({
        chain: session.chain,
        provider: session.wallet.account(accountName(options.name, offer.dealId)),
        relayer: accountOf(session, options.relayer),
        consentHash: offer.consentHash,
        now: Date.now,
      })
      await show(command, { transaction: receipt.transactionHash }, [
        `cancelled: tx ${receipt.transactionHash}`,
      ])
    })
  record
    .command('revoke')
    .argument('<recordId>', 'id of the settled record', hash)
    .description(
      'revoke the consent to a settled record; inside the delivery window the money goes back',
    )
    .addHelpText('after', '\nExample:\n  ambrosia record revoke 0x… --name alice')
    .requiredOption('--name <name>', 'name of the record', walletName)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .action(async (id: string, options: { name: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../Session.ts')
      const { readRecords } = await import('@ambrosia/sdk/readRecords')
      const { revocationPrice, revokeConsent } = await import(
        '@ambrosia/sdk/provider/revokeConsent'
      )
      const { RefusedError } = await import('../output.ts')
      const { toDecimal } = await import('@ambrosia/primitives/Units')
      const session = await openSession()
      const [settled] = await readRecords(session.chain, { recordId: id as Hex })
      if (!settled)
        throw new RefusedError('Record.NotSettled', 'the chain has no settled record of that id')
      const provider = session.wallet.account(accountName(options.name, settled.record.dealId))
      const price = revocationPrice(settled.record, BigInt(Math.floor(Date.now() / 1000)))
      const receipt = await revokeConsent({
        chain: session.chain,
        provider,
        payout: provider,
        relayer: accountOf(session, options.relayer),
        record: settled.record,
        recordId: id as Hex,
        now: Date.now,
      })
      await show(
        command,
        { recordId: id, paidBack: price.toString(), transaction: receipt.transactionHash },
        [`revoked; ${toDecimal(price)} MED went back: tx ${receipt.transactionHash}`],
      )
    })
  record
    .command('sweep')
    .description('move the proceeds of one sale to an address given for that sale')
    .addHelpText('after', '\nExample:\n  ambrosia record sweep --name alice --deal 0x… --to 0x…')
    .requiredOption('--name <name>', 'name of the record', walletName)
    .requiredOption('--deal <id>', 'deal it was sold into', hash)
    .requiredOption('--to <address>', 'where the proceeds go', address)
    .option('--link', 'accept that sales to one address are seen to be of one person', false)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .action(
      async (
        options: { name: string; deal: string; to: string; link: boolean; relayer: string },
        command: Command,
      ) => {
        const { accountOf, openSession } = await import('../Session.ts')
        const { sweep } = await import('@ambrosia/sdk/provider/revokeConsent')
        const { toDecimal } = await import('@ambrosia/primitives/Units')
        const { medTokenAbi } = await import('@ambrosia/chain')
        const { RefusedError } = await import('../output.ts')
        const session = await openSession()
        const token = { address: session.chain.contracts.medToken, abi: medTokenAbi } as const
        const held = await session.chain.client.readContract({
          ...token,
          functionName: 'balanceOf',
          args: [options.to as Hex],
        })
        const linkage =
          'An observer learns that the sales whose proceeds meet at this address were made by one person.'
        if (held > 0n && !options.link) {
          throw new RefusedError(
            'Sweep.Links',
            `that address has received MED before. ${linkage}`,
            'Use a fresh address, or add --link to accept it.',
          )
        }
        if (options.link) progress(linkage)
        const { amount, receipt } = await sweep({
          chain: session.chain,
          payout: session.wallet.account(accountName(options.name, options.deal)),
          relayer: accountOf(session, options.relayer),
          to: options.to as Hex,
          now: Date.now,
        })
        await show(
          command,
          { amount: amount.toString(), to: options.to, transaction: receipt.transactionHash },
          [`${toDecimal(amount)} MED to ${options.to}`],
        )
      },
    )
}

/** A fresh account for each deal, so that no two sales are linked by it. */
function accountName(name: string, dealId: string): string {
  return `${name}.${dealId.slice(2, 14)}`
}

type OfferOptions = { deal: string; yes: boolean; relayerFee: string; relayer?: string }

async function makeOffer(name: string, options: OfferOptions) {
  const { fromDecimal } = await import('@ambrosia/primitives/Units')
  const { loadDeal, openSession, recordLoader, records } = await import('../Session.ts')
  const { certifyOffer, prepareOffer } = await import('@ambrosia/sdk/provider/offerRecord')
  const { giveConsent } = await import('@ambrosia/sdk/provider/giveConsent')
  const { toSettlement } = await import('@ambrosia/sdk/relay/settle')
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
    record: await records.load(session, name),
    account: session.wallet.account(accountName(name, deal.dealId)),
    holderKey: session.wallet.holderKey(name),
    now: Date.now,
    onProgress: ({
      step,
      done,
      total,
      unit,
    }: {
      step: string
      done: number
      total?: number
      unit: string
    }) => progress(`${step}: ${done}${total === undefined ? '' : ` of ${total}`} ${unit}`),
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

/** Shows the exact sentences and asks; without a terminal the caller must say --yes. */
async function confirm(sentences: readonly string[], isAgreed: boolean): Promise<void> {
  const { UsageError } = await import('../output.ts')
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
