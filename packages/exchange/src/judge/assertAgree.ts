import { isClassOf } from '@ambrosia/health/Sensitivity'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import type { Criteria } from '../Criteria.ts'
import { isGroupOf, parseGroup, parseTypeRoot, textsOf } from '../RecordCredential.ts'
import { RecordError } from './errors.ts'
import type { VerifiedPresentation } from './Opened.ts'

/** Sets of which the consumer may see less than the oracles. */
const PARTIAL_SETS: readonly string[] = ['group', 'typeRoot']

/**
 * Presentations (a) and (b) must be of one credential as far as can be seen: same issuer, equal
 * values, of some sets a part, in which the counts of what the criteria ask for whole may not be
 * missing.
 */
export function assertAgree(
  a: VerifiedPresentation,
  b: VerifiedPresentation,
  criteria: Pick<Criteria, 'resources'>,
): void {
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
  const shown = new Set(['group', 'typeRoot'].flatMap((name) => textsOf(b.subject[name])))
  const hasCounts = countsAsked(a, criteria).every((text) => shown.has(text))
  if (a.issuer !== b.issuer || !isPart || !hasCounts) {
    throw new RecordError(
      'PresentationsDisagree',
      'the presentation for the consumer is not of the same credential',
    )
  }
}

/** The groups and roots of (a) that say how much there is of what a rule asks for whole. */
function countsAsked(a: VerifiedPresentation, criteria: Pick<Criteria, 'resources'>): string[] {
  const rules = criteria.resources.filter((rule) => rule.all === true)
  const groups = textsOf(a.subject['group']).filter((text) => {
    const group = parseGroup(text)
    return rules.some(
      ({ type, sensitive, codes }) =>
        isClassOf(group.class, type, sensitive) && codes?.some((code) => isGroupOf(group, code)),
    )
  })
  const roots = textsOf(a.subject['typeRoot']).filter((text) => {
    const root = parseTypeRoot(text)
    return rules.some(
      ({ type, sensitive, codes }) => codes === undefined && isClassOf(root.class, type, sensitive),
    )
  })
  return [...groups, ...roots]
}

function textsOrValue(value: unknown): unknown {
  return Array.isArray(value)
    ? [...value].sort()
    : typeof value === 'string'
      ? [value]
      : (value ?? null)
}
