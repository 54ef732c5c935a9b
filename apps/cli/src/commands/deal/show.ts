import type { Command } from 'commander'
import type { Hex } from 'viem'
import { hash } from '../../options.ts'
import { show as showResult } from '../../output.ts'

/** `ambrosia deal show`. */
export function define(show: Command): void {
  show
    .argument('<deal>', 'id of the deal', hash)
    .addHelpText('after', '\nExample:\n  ambrosia deal show 0x…')
    .action(async (id: string, _options: object, command: Command) => {
      const { loadDeal, openSession } = await import('../../Session.ts')
      const { toJson } = await import('@ambrosia/exchange/Deal')
      const session = await openSession()
      const opened = await loadDeal(session, id as Hex)
      const result = {
        deal: opened.dealId,
        terms: toJson(opened.terms),
        criteria: opened.criteria,
        agreement: opened.agreement,
      }
      showResult(command, result, [JSON.stringify(result, null, 2)])
    })
}
