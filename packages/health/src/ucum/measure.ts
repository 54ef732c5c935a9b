import { atomOf } from './atoms.ts'
import { parse, type Term } from './parse.ts'
import { ONE, power, type Ratio, times } from './Ratio.ts'

/** A unit as a factor and powers of base units. */
export type Measure = {
  readonly factor: Ratio
  /** Exponents of base units by code, none of them zero. */
  readonly powers: ReadonlyMap<string, number>
  /** A plain number by its units, such as `%`: neither a bare number nor a ratio of two units. */
  readonly isPure: boolean
  /** The code of a unit with a scale of its own, where the whole unit is that. */
  readonly scale: string | undefined
}

/** The measure of a term; undefined where it holds a unit with a scale of its own beside others. */
export function measureOf(term: Term): Measure | undefined {
  let factor = ONE
  let isPure: boolean | undefined
  let scale: string | undefined
  const powers = new Map<string, number>()
  const multiply = (by: Measure, exponent: number): void => {
    factor = times(factor, power(by.factor, exponent))
    isPure = by.isPure && isPure !== false
    for (const [code, size] of by.powers) {
      const sum = (powers.get(code) ?? 0) + size * exponent
      if (sum === 0) powers.delete(code)
      else powers.set(code, sum)
    }
  }
  for (const part of term) {
    if (part.kind === 'annotation') continue
    const sign = part.isDivisor ? -1 : 1
    if (part.kind === 'number') {
      factor = times(factor, power({ over: BigInt(part.value), under: 1n }, sign))
      continue
    }
    if (part.kind === 'group') {
      const inner = measureOf(part.term)
      if (inner === undefined || inner.scale !== undefined) return undefined
      multiply(inner, sign)
      continue
    }
    const found = atomOf(part.symbol)
    if (found === undefined) return undefined
    if (found.atom.isSpecial) {
      if (term.length > 1 || part.exponent !== 1 || found.prefix !== ONE) return undefined
      scale = found.atom.code
      isPure = false
      continue
    }
    const own = measureOfAtom(found.atom.code)
    if (own === undefined) return undefined
    multiply({ ...own, factor: times(own.factor, found.prefix) }, sign * part.exponent)
  }
  return { factor, powers, isPure: isPure === true, scale }
}

const known = new Map<string, Measure | undefined>()

function measureOfAtom(code: string): Measure | undefined {
  if (known.has(code)) return known.get(code)
  const atom = atomOf(code)?.atom
  const definition = atom?.definition
  let measure: Measure | undefined
  if (atom !== undefined && definition === undefined) {
    measure = { factor: ONE, powers: new Map([[code, 1]]), isPure: false, scale: undefined }
  } else if (atom !== undefined && definition !== undefined) {
    const term = parse(definition.unit)
    const inner = term === undefined ? undefined : measureOf(term)
    if (inner !== undefined) {
      measure = {
        ...inner,
        factor: times(inner.factor, definition.factor),
        isPure: atom.isPure,
      }
    }
  }
  known.set(code, measure)
  return measure
}
