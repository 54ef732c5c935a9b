import table from './atoms.generated.json' with { type: 'json' }
import { ONE, ofDecimal, type Ratio } from './Ratio.ts'

/** One atom of UCUM, such as `g` or `[in_i]`, or one with its prefix, such as `mg`. */
export type Atom = {
  readonly code: string
  /** May take a prefix. */
  readonly isMetric: boolean
  /** On a scale of its own, such as `Cel` or `[pH]`: converts by a formula or not at all. */
  readonly isSpecial: boolean
  /** `%`, powers of ten and the like: a plain number. */
  readonly isPure: boolean
  /** How many of which unit it is; undefined for a base. */
  readonly definition: { readonly factor: Ratio; readonly unit: string } | undefined
}

/** An atom and the factor of its prefix. */
export type Prefixed = { readonly atom: Atom; readonly prefix: Ratio }

/**
 * Not defined further, though the table does so: a mole, an equivalent and an osmole are not plain
 * numbers to a clinician, and a rate of one can't become a rate of another.
 */
const BASES = new Set(['mol', 'eq', 'osm'])
const SI_BASES = new Set(['m', 's', 'g', 'rad', 'K', 'C', 'cd'])
const PURE = new Set(['%', '[ppth]', '[ppm]', '[ppb]', '[pptr]', '10*', '10^', '[pi]'])
/** Two spellings of the international unit. */
const ALIASES = new Map([['[IU]', '[iU]']])

const ATOMS: ReadonlyMap<string, Atom> = new Map(
  (table.atoms as string[][]).map(([code = '', flags = '', factor, unit = '1']) => {
    const isPure = PURE.has(code)
    const isBase = factor === undefined || BASES.has(code) || (unit === '1' && !isPure)
    const of = ALIASES.get(code)
    const definition =
      of !== undefined
        ? { factor: ONE, unit: of }
        : isBase
          ? undefined
          : { factor: ofDecimal(factor.slice(0, 40)) ?? ONE, unit }
    return [
      code,
      {
        code,
        isMetric: flags.includes('m') || SI_BASES.has(code),
        isSpecial: flags.includes('s'),
        isPure,
        definition,
      },
    ]
  }),
)

const PREFIXES: readonly (readonly [text: string, factor: Ratio])[] =
  'Y24 Z21 E18 P15 T12 G9 M6 k3 h2 da1 d-1 c-2 m-3 u-6 n-9 p-12 f-15 a-18 z-21 y-24'
    .split(' ')
    .map((entry) => {
      const [, text = '', exponent = ''] = /^([A-Za-z]+)(-?\d+)$/.exec(entry) ?? []
      return [text, ofDecimal(`1e${exponent}`) ?? ONE]
    })
const BINARY: readonly (readonly [text: string, factor: Ratio])[] = ['Ki', 'Mi', 'Gi', 'Ti'].map(
  (text, i) => [text, { over: 1024n ** BigInt(i + 1), under: 1n }],
)

/**
 * The atom that a symbol names, alone or behind a prefix; an atom of that very name comes first
 * (`cd` is not a centiday).
 */
export function atomOf(symbol: string): Prefixed | undefined {
  const exact = ATOMS.get(symbol)
  if (exact !== undefined) return { atom: exact, prefix: ONE }
  for (const [text, factor] of [...PREFIXES, ...BINARY]) {
    if (!symbol.startsWith(text)) continue
    const atom = ATOMS.get(symbol.slice(text.length))
    if (atom?.isMetric === true) return { atom, prefix: factor }
  }
  return undefined
}
