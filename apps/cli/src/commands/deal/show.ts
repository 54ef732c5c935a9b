import type { DealTerms } from '@ambrosia/exchange/Deal'
import type { ResourceRule } from '@ambrosia/health/Selection'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, period, type Token, time } from '../../figures.ts'
import { hash } from '../../options.ts'
import { show as showResult } from '../../output.ts'

/** `ambrosia deal show`. */
export function define(show: Command): void {
  show
    .argument('<deal>', 'id of the deal', hash)
    .addHelpText(
      'after',
      `
With --json: the terms, the criteria and the agreement word for word.

Example:
  ambrosia deal show 0x…`,
    )
    .action(async (id: string, _options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { loadDeal } = await import('@ambrosia/sdk/loadDeal')
      const { readDealStatus } = await import('@ambrosia/chain/read/exchange')
      const { toJson } = await import('@ambrosia/exchange/Deal')
      const { readToken } = await import('../../readToken.ts')
      const session = await openSession()
      const { dealId, terms, criteria, agreement } = await loadDeal(session, id as Hex)
      const { client, contracts } = session.chain
      const status = await readDealStatus(client, contracts.dealBook, dealId)
      const token = await readToken(client, terms.token)
      showResult(command, { deal: dealId, terms: toJson(terms), criteria, agreement }, [
        `deal       ${dealId}`,
        `asks       ${criteria.title}`,
        ...criteria.resources.map((rule) => `           ${ruleText(rule)}`),
        `from       ${criteria.issuers.join(', ')}`,
        `consumer   ${agreement.consumerName}`,
        `           ${agreement.consumerContact}`,
        `           ${criteria.consumer}`,
        `purpose    ${criteria.purpose}, ${agreement.resale ? 'resale allowed' : 'no resale'}, kept until ${agreement.retentionEnd}`,
        `state      ${status.state}, ${status.records} of ${terms.maximumRecords} records, ${amount(status.available, token)} left`,
        ...termLines(terms, token),
      ])
    })
}

function ruleText(rule: ResourceRule): string {
  const codes = (rule.codes ?? []).map(({ code }) => code).join(', ')
  return `${rule.all ? 'all ' : ''}${rule.type}${codes === '' ? '' : ` with ${codes}`}`
}

function termLines(terms: DealTerms, token: Token): string[] {
  return [
    ...terms.tiers.map(
      ({ minimumScore, price }, index) =>
        `${index === 0 ? 'price      ' : '           '}${amount(price, token)} from quality ${minimumScore} on`,
    ),
    `oracles    ${terms.quorum} of ${terms.oracles.length} must certify, commission at most ${terms.commissionCapBps / 100} %`,
    `a person   at most ${terms.perPersonCap} records`,
    `delivery   within ${period(terms.deliveryWindow)} of the settlement; a certificate lives ${period(terms.certificateLife)}`,
    `until      ${time(terms.expiry)}`,
  ]
}
