/**
 * Units by the grammar of UCUM, section 2 (https://ucum.org/ucum), case sensitive, over the atoms of clinical use. A unit is the
 * one string beside a number that stays, so annotations in braces, which can hold any text, come from a list.
 */

const ATOMS = new Set(
  (
    '% [ppth] [ppm] [ppb] [pH] mol s m g rad K C cd Hz sr N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv gon deg l L ar min h d a wk mo t bar u eV ' +
    "' '' [in_i] [ft_i] [lb_av] [oz_av] [foz_us] [gal_us] [pt_us] [qt_us] [tsp_us] [tbs_us] [cup_us] [degF] Cal cal [Cal] m[H2O] m[Hg] [iU] [IU] [arb'U] " +
    "[USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [ka'U] [knk'U] [mclg'U] [tb'U] [Amb'a'1'U] [D'ag'U] [FEU] [ELU] [EU] " +
    "[PFU] [CFU] [CCID_50] [TCID_50] [EID_50] [FFU] [PNU] [Lf] [drp] [diop] [Ch] [hnsf'U] [HPF] [LPF] [PRU] [MET] eq osm U kat Np B B[SPL] Ci R RAD REM G Mx Oe P dyn erg a_j mo_j a_g mo_s 10* 10^ [S] [HP_X] [m/s2/Hz^0.5]"
  ).split(' '),
)
const PREFIXES = [
  'da',
  'Y',
  'Z',
  'E',
  'P',
  'T',
  'G',
  'M',
  'k',
  'h',
  'd',
  'c',
  'm',
  'u',
  'n',
  'p',
  'f',
  'a',
]
const UNPREFIXED = new Set(
  "% [ppth] [ppm] [ppb] [pH] min h d a wk mo ' '' deg [in_i] [ft_i] [lb_av] [oz_av] [degF] 10* 10^ a_j mo_j a_g mo_s".split(
    ' ',
  ),
)
const ANNOTATIONS = new Set(
  (
    'score nominal count beats breaths copies INR ratio # cells RBC WBC index titer Titer mass 1.73_m2 score]} PackYears Pack-years pack-years packs cigarettes ' +
    "drinks tablet capsule dose puff spray drop application patch units unit nbr Nbr ethnicity population beat breath event events times Log log10 CAE KCT'U " +
    'shift M.o.M MoM OD BAU AI ISR LIV S_CO_ratio rank pH CD:3 CD:4 CD:8 hb creat creatinine Creat eGFR GFR HPF LPF DAYS'
  ).split(' '),
)
const FACTORS = /^(?:1|2|4|5|6|8|10|12|24|48|72|100|1000)(?![0-9])/

/** True for a unit that UCUM's grammar allows and that holds no free text. */
export function isUnit(text: string): boolean {
  if (text.length === 0 || text.length > 40 || /[^!-~]/.test(text)) return false
  const rest = term(text.startsWith('/') ? text.slice(1) : text, 0)
  return rest === ''
}

/** What is left after a term, or null where there is none. */
function term(text: string, depth: number): string | null {
  let rest = component(text, depth)
  for (let parts = 1; rest !== null && /^[./]/.test(rest); parts++) {
    if (parts > 6) return null
    rest = component(rest.slice(1), depth)
  }
  return rest
}

function component(text: string, depth: number): string | null {
  if (text.startsWith('(')) {
    const inner = depth < 3 ? term(text.slice(1), depth + 1) : null
    return inner?.startsWith(')') ? inner.slice(1) : null
  }
  if (text.startsWith('{')) return annotation(text)
  const end = /^(?:10[*^]|\[[^\]]*\]|[^0-9+\-./(){}[]|\[)+/.exec(text)?.[0] ?? ''
  const symbol = longestAtom(end)
  if (symbol === null) {
    const factor = FACTORS.exec(text)?.[0]
    if (factor === undefined) return null
    const after = text.slice(factor.length)
    return after.startsWith('{') ? annotation(after) : after
  }
  const after = text.slice(symbol.length).replace(/^[+-]?[0-9]{1,2}(?![0-9])/, '')
  return after.startsWith('{') ? annotation(after) : after
}

function longestAtom(text: string): string | null {
  return isAtom(text) ? text : null
}

function isAtom(text: string): boolean {
  if (ATOMS.has(text)) return true
  const prefix = PREFIXES.find((one) => {
    const atom = text.slice(one.length)
    return text.startsWith(one) && ATOMS.has(atom) && !UNPREFIXED.has(atom)
  })
  return prefix !== undefined
}

function annotation(text: string): string | null {
  const end = text.indexOf('}')
  return end > 0 && ANNOTATIONS.has(text.slice(1, end)) ? text.slice(end + 1) : null
}

const YEARS_PER_UNIT = new Map([
  ['a', 1],
  ['a_j', 1],
  ['a_g', 1],
  ['mo', 1 / 12],
  ['mo_j', 1 / 12],
  ['wk', 7 / 365.25],
  ['d', 1 / 365.25],
  ['h', 1 / 8766],
  ['min', 1 / 525_960],
  ['s', 1 / 31_557_600],
  ['year', 1],
  ['years', 1],
  ['months', 1 / 12],
  ['weeks', 7 / 365.25],
  ['days', 1 / 365.25],
  ['hours', 1 / 8766],
  ['minutes', 1 / 525_960],
])

/** Years in one of the unit, a UCUM code or one of the unit texts that stay; undefined for what is no time. */
export function yearsPerUnit(code: string): number | undefined {
  return YEARS_PER_UNIT.get(code)
}
