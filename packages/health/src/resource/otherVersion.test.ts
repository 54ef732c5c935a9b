import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Bundle from '../Bundle.ts'
import { otherVersion } from './otherVersion.ts'

describe('a record in another version of FHIR', () => {
  it('is recognised by what R4 does not have', () => {
    const cases: [object, string | undefined][] = [
      [{ resourceType: 'Condition', clinicalStatus: 'active' }, 'STU3 Condition.clinicalStatus'],
      [
        { resourceType: 'Observation', context: { reference: 'Encounter/1' } },
        'STU3 Observation.context',
      ],
      [{ resourceType: 'Encounter', class: [{ coding: [] }] }, 'R5 Encounter.class'],
      [
        { resourceType: 'Procedure', occurrenceDateTime: '2024' },
        'R5 Procedure.occurrenceDateTime',
      ],
      [{ resourceType: 'Condition', clinicalStatus: { coding: [] } }, undefined],
      [{ resourceType: 'Observation', status: 'final' }, undefined],
    ]
    for (const [resource, expected] of cases) {
      const found = otherVersion([resource as { resourceType: string }])
      assert.equal(found && `${found.version} ${found.sign}`, expected)
    }
  })

  it('counts more than a single sign of the other one', () => {
    const found = otherVersion([
      { resourceType: 'Encounter', class: [] },
      { resourceType: 'Patient', animal: {} },
      { resourceType: 'Goal', status: 'proposed' },
    ])
    assert.equal(found?.version, 'STU3')
  })

  it('is refused by name where a resource type is of that version', () => {
    const refuse = (resourceType: string, version: RegExp): void =>
      assert.throws(
        () => Bundle.readResources(new TextEncoder().encode(`{"resourceType":"${resourceType}"}`)),
        {
          code: 'Bundle.NotFhir',
          message: version,
          hint: /4\.0\.1/,
        },
      )
    refuse('ProcedureRequest', /FHIR STU3/)
    refuse('GenomicStudy', /FHIR R5/)
  })
})
