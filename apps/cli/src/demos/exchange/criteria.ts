import * as Criteria from '@ambrosia/exchange/Criteria'
import { type IssuedRecord, toResource } from '@ambrosia/exchange/IssuedRecord'
import { RESEARCH } from '../../researchAgreement.ts'

const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'
const TYPE_2_DIABETES = '44054006'
const HBA1C = '4548-4'
/** How many condition claims the default claim profile has. */
const CONDITION_CLAIMS = 12

/** "HbA1c with type 2 diabetes": all HbA1c results of people with the diagnosis. */
export function diabetesCriteria(parties: { issuer: string; consumer: string }): Criteria.Criteria {
  const positions = Array.from({ length: CONDITION_CLAIMS }, (_, index) => index + 1)
  return Criteria.parse({
    version: 1,
    title: 'HbA1c with type 2 diabetes',
    form: 'safe-harbor',
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          claims: [
            ...positions.map((position) => ({
              id: `condition${position}`,
              path: ['credentialSubject', `condition${position}`],
              values: [TYPE_2_DIABETES],
            })),
            { id: 'hba1c', path: ['credentialSubject', 'hba1c'] },
          ],
          claim_sets: positions.map((position) => [`condition${position}`, 'hba1c']),
        },
      ],
    },
    resources: [
      { type: 'Observation', codes: [{ system: LOINC, code: HBA1C }], all: true },
      { type: 'Condition', codes: [{ system: SNOMED, code: TYPE_2_DIABETES }] },
    ],
    predicates: [
      {
        id: 'diagnosis',
        expression: `Bundle.entry.resource.ofType(Condition).stated().code.coding.where(system = '${SNOMED}' and code = '${TYPE_2_DIABETES}').exists()`,
      },
      {
        id: 'hba1c-measured',
        expression: `Bundle.entry.resource.ofType(Observation).stated().where(code.coding.where(system = '${LOINC}' and code = '${HBA1C}').exists()).value.ofType(Quantity).valueIn('%').exists()`,
      },
    ],
    issuers: [parties.issuer],
    purpose: RESEARCH,
    consumer: parties.consumer,
  })
}

/**
 * Criteria that the given records all meet: the resource types that are in each of them, without
 * any bound on dates.
 */
export function criteriaFor(
  records: readonly IssuedRecord[],
  parties: { issuer: string; consumer: string },
): Criteria.Criteria {
  const typesOf = (record: IssuedRecord): Set<string> =>
    new Set(record.resources.map((resource, index) => toResource(resource, index).type))
  const [first, ...rest] = records.map(typesOf)
  const common = [...(first ?? [])].filter((type) => rest.every((types) => types.has(type))).sort()
  return Criteria.parse({
    version: 1,
    title: `Records with ${common.join(', ')}`.slice(0, 200),
    form: 'safe-harbor',
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          claims: [{ path: ['credentialSubject', 'resourceCount'] }],
        },
      ],
    },
    resources: common.map((type) => ({ type, all: true })),
    predicates: common.map((type) => ({
      id: `has-${type.toLowerCase()}`,
      expression: `Bundle.entry.resource.ofType(${type}).exists()`,
    })),
    issuers: [parties.issuer],
    purpose: RESEARCH,
    consumer: parties.consumer,
  })
}
