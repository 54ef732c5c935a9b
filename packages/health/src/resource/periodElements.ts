/**
 * Elements that say when something happened, most specific first (FHIR R4). The first that holds a
 * date decides; birth and death dates are left out on purpose, since the period of a group of
 * resources is published in a credential.
 */
export const PERIOD_ELEMENTS: readonly string[] = [
  'effectiveDateTime',
  'effectivePeriod',
  'effectiveInstant',
  'performedDateTime',
  'performedPeriod',
  'occurrenceDateTime',
  'occurrencePeriod',
  'occurredDateTime',
  'occurredPeriod',
  'onsetDateTime',
  'onsetPeriod',
  'period',
  'servicedDate',
  'servicedPeriod',
  'billablePeriod',
  'whenHandedOver',
  'started',
  'startDate',
  'authoredOn',
  'recordedDate',
  'dateAsserted',
  'assertedDate',
  'recorded',
  'issued',
  'date',
  'created',
]
