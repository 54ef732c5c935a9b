export const UCUM = 'http://unitsofmeasure.org'

/** Unit texts that stand without a UCUM code often enough to be worth keeping, by their code. */
export const UNIT_TEXTS: ReadonlyMap<string, string> = new Map([
  ['mmHg', 'mm[Hg]'],
  ['percent', '%'],
  ['years', 'a'],
  ['year', 'a'],
  ['months', 'mo'],
  ['weeks', 'wk'],
  ['days', 'd'],
  ['hours', 'h'],
  ['minutes', 'min'],
  ['lb', '[lb_av]'],
  ['lbs', '[lb_av]'],
  ['in', '[in_i]'],
  ['inches', '[in_i]'],
  ['C', 'Cel'],
  ['F', '[degF]'],
  ['IU/L', '[IU]/L'],
  ['beats/min', '/min'],
  ['beats/minute', '/min'],
  ['breaths/min', '/min'],
  ['breaths/minute', '/min'],
  ['bpm', '/min'],
])

/** Counts in a volume, such as copies of a virus in a millilitre, need more digits than other measurements. */
export function isPerVolume(code: unknown): boolean {
  return typeof code === 'string' && /^(?:\{copies\}|\{cells\}|\[IU\]|\[iU\])?\/[um]?L$/.test(code)
}
