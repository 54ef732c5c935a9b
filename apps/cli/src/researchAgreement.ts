import * as Agreement from '@ambrosia/exchange/Agreement'

/** General research use, of the Data Use Ontology. */
export const RESEARCH = 'DUO:0000042'

/**
 * What a consumer promises who writes no agreement of their own: research only, no resale, no
 * identification.
 */
export function researchAgreement(
  { consumerName, consumerContact }: { consumerName: unknown; consumerContact: unknown },
  until: string,
): Agreement.Agreement {
  return Agreement.parse({
    version: 1,
    consumerName,
    consumerContact,
    purpose: RESEARCH,
    resale: false,
    retentionEnd: until,
    terms: [
      { id: 1, required: true, title: 'Purpose', text: 'The data is used for research only.' },
      { id: 2, required: true, title: 'No resale', text: 'The data is not sold or passed on.' },
      {
        id: 3,
        required: true,
        title: 'No identification',
        text: 'Nobody tries to find out whom the data is about.',
      },
      {
        id: 4,
        required: false,
        title: 'Contact',
        text: 'The provider may be offered further deals.',
      },
    ],
  })
}
