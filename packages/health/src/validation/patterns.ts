import { SchemaInvalidError, TooMuchWorkError } from './errors.ts'

/** Bound of a counted repetition. */
const REPEAT_COUNT = 256
/** Most ways through the alternatives of a pattern: each group multiplies them. */
const WAY_COUNT = 64
/**
 * Most characters that the patterns of a schema look at in one record, each as often as it may go
 * back there.
 */
const PATTERN_WORK = 50_000_000

/**
 * How often a search may come back to a character. A pattern starts at `^`, repeats no group,
 * repeats at most twice for a variable number of times, once without an upper bound, and its
 * alternatives make few ways.
 * @throws Validation.SchemaInvalid
 */
export function weightOf(pattern: string): number {
  const refuse = (): never => {
    throw new SchemaInvalidError('a pattern could take too long; start it with ^ and repeat less')
  }
  if (!pattern.startsWith('^') || pattern.length > 1000) refuse()
  // Escapes and character classes hold no quantifiers of their own.
  const bare = pattern.replace(/\\./gs, 'e').replace(/\[[^\]]*\]/g, 'c')
  if (/\)[*+?{]/.test(bare) || /\(\?/.test(bare) || /\\[1-9k]/.test(pattern)) refuse()
  if (/\|/.test(bare.replace(/\([^()]*\)/g, ''))) refuse()
  const unbounded = bare.match(/[*+]|\{\d+,\}/g)?.length ?? 0
  const optional = bare.match(/\?|\{\d+,\d+\}/g)?.length ?? 0
  if (unbounded > 1 || unbounded + optional > 2) refuse()
  let weight = 1
  for (const [group] of bare.matchAll(/\([^()]*\)/g)) weight *= group.split('|').length
  if (weight > WAY_COUNT) refuse()
  for (const match of bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    const most = Number(match[2] || match[1])
    if (most > REPEAT_COUNT) refuse()
    if (match[2]) weight *= most - Number(match[1]) + 1
  }
  return weight * 2 ** (bare.match(/\?/g)?.length ?? 0)
}

/**
 * Patterns for one record, with a common bound that is counted, not timed.
 * @throws Validation.TooMuchWork from within a test
 */
export function createMeteredPatterns() {
  let work = 0
  const create = (pattern: string, flags: string) => {
    const weight = weightOf(pattern)
    const expression = new RegExp(pattern, flags)
    return {
      test: (text: string): boolean => {
        work += (text.length + 1) * weight
        if (work > PATTERN_WORK) throw new TooMuchWorkError()
        return expression.test(text)
      },
      // By this ajv tells one pattern from another.
      toString: () => String(expression),
    }
  }
  return Object.assign(create, { code: 'metered' })
}
