import type { JsonObject } from '../Resource.ts'
import { ageAt, toDate, toDateTime } from './calendar.ts'
import { coding, hl7, hl7Coding, reference, resource } from './fhir.ts'
import { clinicName, familyName, givenName, streetLine, townName } from './names.ts'
import type { Random } from './random.ts'
import type { Frame } from './visitResources.ts'

/** Postal codes that no place of the United States has. */
function postalCode(random: Random): string {
  return `000${String(random.integer(1, 99)).padStart(2, '0')}`
}

export function patientResource(frame: Frame, random: Random): JsonObject {
  const { person, patientId } = frame
  const adult = ageAt(person.birth, person.end) >= 20
  const married = random.chance(0.55)
  return resource('Patient', patientId, {
    meta: { security: [hl7Coding('v3-ActReason', 'HTEST', 'test health data')] },
    identifier: [
      {
        use: 'usual',
        type: hl7('v2-0203', 'MR', 'Medical record number'),
        system: 'urn:ambrosia:synthetic:record-number',
        value: `SYN-${random.integer(10_000_000, 99_999_999)}`,
      },
    ],
    active: true,
    name: [{ use: 'official', family: familyName(random), given: [givenName(random, person.sex)] }],
    // 555-0100 to 555-0199 are kept for fiction by the North American Numbering Plan.
    telecom: [
      {
        system: 'phone',
        value: `555-01${String(random.integer(0, 99)).padStart(2, '0')}`,
        use: 'home',
      },
    ],
    gender: person.sex,
    birthDate: toDate(person.birth),
    deceasedDateTime: person.death === undefined ? undefined : toDateTime(person.death, 18 * 60),
    address: [
      {
        use: 'home',
        line: [streetLine(random)],
        city: townName(random),
        postalCode: postalCode(random),
      },
    ],
    maritalStatus: adult
      ? married
        ? hl7('v3-MaritalStatus', 'M', 'Married')
        : hl7('v3-MaritalStatus', 'S', 'Never Married')
      : undefined,
    communication: [{ language: { coding: [coding('urn:ietf:bcp:47', 'en', 'English')] } }],
  })
}

export function organizationResource(frame: Frame, random: Random): JsonObject {
  return resource('Organization', frame.organizationId, {
    active: true,
    type: [hl7('organization-type', 'prov', 'Healthcare Provider')],
    name: clinicName(random),
  })
}

export function practitionerResource(frame: Frame, random: Random): JsonObject {
  const sex = random.chance(0.5) ? 'female' : 'male'
  return resource('Practitioner', frame.practitionerId, {
    active: true,
    name: [{ family: familyName(random), given: [givenName(random, sex)], prefix: ['Dr.'] }],
    gender: sex,
  })
}

/** Who put the record together, of which resources. */
export function provenanceResource(
  id: string,
  frame: Frame,
  targets: readonly JsonObject[],
): JsonObject {
  return resource('Provenance', id, {
    target: targets.map((target) => reference(target['id'] as string)),
    recorded: toDateTime(frame.person.end, 20 * 60).replace('Z', '.000Z'),
    agent: [
      {
        type: hl7('provenance-participant-type', 'assembler', 'Assembler'),
        who: reference(frame.organizationId),
      },
    ],
  })
}
