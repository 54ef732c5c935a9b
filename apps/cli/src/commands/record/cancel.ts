import type { Command } from 'commander'
import type { Address, Hex } from 'viem'
import { gasOf } from '../../figures.ts'
import { readNamedJson } from '../../namedFiles.ts'
import { walletName } from '../../options.ts'
import { show, UsageError } from '../../output.ts'

/** `ambrosia record cancel`. */
export function define(cancel: Command): void {
  cancel
    .argument('<offer>', 'file that ambrosia record offer wrote')
    .option('--name <name>', 'name of the record; default: the one that was offered', walletName)
    .option('--relayer <name>', 'account that pays the gas', 'relayer')
    .addHelpText('after', '\nExample:\n  ambrosia record cancel offer.json --name alice')
    .action(async (file: string, options: { name?: string; relayer: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { cancelConsent } = await import('@ambrosia/sdk/provider/revokeConsent')
      const { saleAccountOf } = await import('./saleAccount.ts')
      const session = await openSession()
      const { dealId, consentHash, consent } = readOffer(file)
      const receipt = await cancelConsent({
        chain: session.chain,
        provider: saleAccountOf(
          session.wallet,
          { dealId, provider: consent.provider },
          options.name,
        ),
        relayer: accountOf(session, options.relayer),
        consentHash,
        now: Date.now,
      })
      show(command, { transaction: receipt.transactionHash }, [
        `cancelled: ${gasOf(receipt.gasUsed, receipt.transactionHash)}`,
      ])
    })
}

type Offer = { dealId: Hex; consentHash: Hex; consent: { provider: Address } }

/** @throws Cli.Usage where the file is not an offer */
function readOffer(file: string): Offer {
  const offer = readNamedJson(file) as Partial<Offer> | null
  const isOffer = [offer?.dealId, offer?.consentHash, offer?.consent?.provider].every(
    (one) => typeof one === 'string' && one.startsWith('0x'),
  )
  if (!isOffer)
    throw new UsageError(
      `${file} is not an offer`,
      'Name the file that ambrosia record offer wrote.',
    )
  return offer as Offer
}
