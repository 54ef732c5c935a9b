import { assertPlain } from '@ambrosia/health/ConsentText'
import { inWords } from '@ambrosia/health/Sensitivity'
import type { Address, Hex } from 'viem'
import type { Deal } from '../Deal.ts'
import type { SelectedRecord } from '../offer/selectRecord.ts'

/**
 * To whom, for what and until when: an oracle opens nothing where the person has not read these
 * sentences.
 */
export function bindingSentences(bound: {
  dealId: Hex
  oracles: readonly Address[]
  /** Seconds. */
  validUntil: bigint
}): string[] {
  const { oracles } = bound
  const until = new Date(Number(bound.validUntil) * 1000)
    .toISOString()
    .replace('T', ' at ')
    .slice(0, 19)
  const named = oracles.map((oracle) => oracle.toLowerCase()).join(', ')
  return [
    `I let the operators of the oracles named here (${oracles.length}) open a part of my record, to check whether it is what deal ${bound.dealId} asks for: ${named}.`,
    'The operators can read what they check, and what they have read cannot be called back.',
    `This permission is for nothing else, and ends on ${until} UTC.`,
  ]
}

/**
 * The sentences of a permission to check, shown before anything leaves the person: what leaves, to
 * whom, for whom it is checked, and that nothing is sold by it.
 * @throws Consent.TermInvalid
 */
export function permissionSentences(options: {
  deal: Deal
  selected: Pick<SelectedRecord, 'explanation' | 'labels' | 'pointers'>
  /** DID of the issuer of the record. */
  issuer: string
  oracles: readonly Address[]
  /** Seconds. */
  validUntil: bigint
}): string[] {
  const { deal, selected, oracles, validUntil } = options
  const { consumerName } = deal.agreement
  const { title } = deal.criteria
  const data = selected.explanation.slice(0, DATA_LENGTH)
  assertPlain({ consumerName, title, data })
  const [toWhom, ...rest] = bindingSentences({ dealId: deal.dealId, oracles, validUntil })
  const claims = claimNames(selected.pointers.shared)
  return [
    toWhom as string,
    `It is checked for ${consumerName}, whose purpose is: ${title}.`,
    `What leaves, sealed to these oracles: ${data}.`,
    ...(selected.labels.length === 0
      ? []
      : [
          `Among it is information that whoever recorded it marked as sensitive: ${inWords(selected.labels)}.`,
        ]),
    `With it they learn what ${options.issuer} has signed about me${claims === '' ? '' : ` (${claims})`}, and a number that stands for me at that issuer.`,
    ...rest,
    `${consumerName} gets nothing yet. Nothing is sold before I have seen the result and signed a consent to it.`,
  ]
}

/** Longest description of the data, and of the claims, characters. */
const DATA_LENGTH = 300

/** Names of the claims among pointers; digests, groups and roots say nothing to a person. */
function claimNames(pointers: readonly string[]): string {
  const names = pointers.flatMap((pointer) => {
    const [, root, name, position] = pointer.split('/')
    return root === 'credentialSubject' && name !== undefined && position === undefined
      ? [name]
      : []
  })
  return names.sort().join(', ').slice(0, DATA_LENGTH)
}
