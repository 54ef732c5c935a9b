import { AmbrosiaError } from '@ambrosia/primitives/Errors'

export class NotFhirError extends AmbrosiaError {
  constructor(path: string, what: string, hint?: string) {
    super('Bundle.NotFhir', `no FHIR R4 JSON at ${path}: ${what}`, {
      details: { path },
      hint: hint ?? 'Give a FHIR R4 Bundle, a resource or an NDJSON export as JSON in UTF-8.',
    })
  }
}

/** Bundle types whose entries make a record. */
export const READ_TYPES: ReadonlySet<string> = new Set([
  'collection',
  'document',
  'searchset',
  'transaction',
  'batch',
  'history',
])

export class TypeRefusedError extends AmbrosiaError {
  constructor(type: unknown) {
    const known = ['message', 'transaction-response', 'batch-response'].find(
      (name) => name === type,
    )
    super('Bundle.TypeRefused', `Bundle.type ${known ?? 'of this file'} is not read`, {
      details: { path: 'Bundle.type' },
      hint: `Export the record as one of: ${[...READ_TYPES].join(', ')}.`,
    })
  }
}

export class PagedHistoryError extends AmbrosiaError {
  constructor() {
    super(
      'Bundle.PagedHistory',
      'this is one page of a history: another may hold a newer version or a deletion',
      {
        details: { path: 'Bundle.link' },
        hint: 'Put the entries of all pages into one history Bundle, or export the present state.',
      },
    )
  }
}

export class RequestRefusedError extends AmbrosiaError {
  constructor(index: number, method: string) {
    super(
      'Bundle.RequestRefused',
      `entry ${index} is a ${method} of a resource that stands in the same Bundle: which state counts is not clear`,
      {
        details: { path: `Bundle.entry[${index}].request` },
        hint: 'Export the record as it is after the transaction.',
      },
    )
  }
}

export class PatientCountError extends AmbrosiaError {
  constructor(count: number) {
    super('Bundle.PatientCount', `expected exactly one Patient, found ${count}`, {
      details: { count },
      hint: 'Give one file a person, with its Patient resource inside.',
    })
  }
}

export class TooLargeError extends AmbrosiaError {
  constructor(unit: 'bytes' | 'resources', limit: number, path: string) {
    super('Bundle.TooLarge', `more than ${limit} ${unit} at ${path}`, {
      details: { limit, path },
      hint: 'Split the record, or export a shorter period.',
    })
  }
}

/** Two different resources have one identity: neither can be told to be the right one. */
export class DuplicateIdError extends AmbrosiaError {
  constructor(type: string, positions?: readonly [number, number]) {
    const where = positions === undefined ? '' : ` (resources ${positions.join(' and ')})`
    super('Bundle.DuplicateId', `two different ${type} have the same fullUrl or id${where}`, {
      details: { type },
      hint: 'Keep one version of each resource; on several servers give each its fullUrl.',
    })
  }
}

/** What was about to be written can't be read back as the same record. */
export class UnreadableError extends AmbrosiaError {
  constructor(why: string) {
    super('Bundle.Unreadable', `the record can't be read back once it is written: ${why}`, {
      hint: 'Nothing was written. Give each resource an id of its own, and references by it.',
    })
  }
}
