import type { Command } from 'commander'
import type { Hex } from 'viem'
import { gasOf } from '../../figures.ts'
import { hash } from '../../options.ts'
import { show } from '../../output.ts'
import type { Entry } from '../Entry.ts'

/** Verbs that send one transaction about a deal and differ in nothing but its name. */
const DESCRIPTIONS = {
  pause: 'take no certificates made from now on; earlier ones still settle',
  resume: 'take certificates again',
  close:
    'end the deal; what earlier certificates may still claim stays locked until they expire, the rest goes back',
  expire: 'end a deal whose time is over; anyone may',
  refund: 'pay back what is free after the last certificates have expired',
} as const

type Change = keyof typeof DESCRIPTIONS

/** `ambrosia deal pause|resume|close|expire|refund`. */
export const CHANGES: readonly Entry[] = Object.entries(DESCRIPTIONS).map(
  ([name, description]) => ({
    name,
    description,
    load: async () => ({ define: (command) => defineChange(command, name as Change) }),
  }),
)

function defineChange(verb: Command, change: Change): void {
  verb
    .argument('<deal>', 'id of the deal', hash)
    .option('--key <name>', 'account that sends', 'consumer')
    .addHelpText('after', `\nExample:\n  ambrosia deal ${change} 0x…`)
    .action(async (id: string, options: { key: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { loadTerms } = await import('@ambrosia/sdk/loadDeal')
      const { changeDeal } = await import('@ambrosia/sdk/consumer/changeDeal')
      const session = await openSession()
      const receipt = await changeDeal({
        chain: session.chain,
        account: accountOf(session, options.key),
        deal: await loadTerms(session.chain, id as Hex),
        change,
      })
      show(
        command,
        { deal: id, change, transaction: receipt.transactionHash, gas: Number(receipt.gasUsed) },
        [`${change}: ${gasOf(receipt.gasUsed, receipt.transactionHash)}`],
      )
    })
}
