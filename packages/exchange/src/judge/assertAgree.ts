import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { textsOf } from '../RecordCredential.ts'
import { RecordError } from './errors.ts'
import type { VerifiedPresentation } from './Opened.ts'

/** Sets of which the consumer may see less than the oracles. */
const PARTIAL_SETS: readonly string[] = ['group', 'typeRoot']

/** Presentations (a) and (b) must be of one credential as far as can be seen: same issuer, equal values, of some sets a part. */
export function assertAgree(a: VerifiedPresentation, b: VerifiedPresentation): void {
  const isShown = (name: string): boolean => {
    if (PARTIAL_SETS.includes(name)) {
      const known = new Set(textsOf(a.subject[name]))
      return textsOf(b.subject[name]).every((text) => known.has(text))
    }
    const [first, second] = [a, b].map(({ subject }) =>
      CanonicalJson.stringify(textsOrValue(subject[name])),
    )
    return first === second
  }
  const hidden = ['subjectHandle', 'holder']
  const isPart = Object.keys(b.subject).every((name) => !hidden.includes(name) && isShown(name))
  if (a.issuer !== b.issuer || !isPart) {
    throw new RecordError(
      'PresentationsDisagree',
      'the presentation for the consumer is not of the same credential',
    )
  }
}

function textsOrValue(value: unknown): unknown {
  return Array.isArray(value)
    ? [...value].sort()
    : typeof value === 'string'
      ? [value]
      : (value ?? null)
}
