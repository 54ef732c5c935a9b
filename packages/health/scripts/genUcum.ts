/**
 * Writes src/ucum/atoms.generated.json: the atoms of the Unified Code for Units of Measure with
 * their definitions, from the table that @lhncbc/ucum-lhc ships (UCUM table, (c) Regenstrief
 * Institute and The UCUM Organization). Each row is [code, flags, factor, unit]: flags `m` metric,
 * `a` arbitrary, `s` special; a unit without a factor is a base of its own. Run after a change of
 * that package: node packages/health/scripts/genUcum.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

type Packed = { config: (string | string[])[]; data: unknown[][] }
type Unit = {
  csCode_: string
  isBase_: boolean
  isMetric_: boolean
  isArbitrary_: boolean
  isSpecial_: boolean
  source_: string
  class_: string | null
  csUnitString_: string | null
  baseFactorStr_: string | null
}

const require = createRequire(import.meta.url)
const file = require.resolve('@lhncbc/ucum-lhc/data/ucumDefs.min.json')
const { units } = JSON.parse(readFileSync(file, 'utf8')) as { units: Packed }
const { version } = require('@lhncbc/ucum-lhc/package.json') as { version: string }

const all = units.data.map(
  (row) =>
    Object.fromEntries(units.config.map((key, i) => [String(key), row[i]])) as unknown as Unit,
)
/**
 * Definitions that the table gives without their leading `/` or power of ten: such units convert
 * into nothing else.
 */
const UNUSABLE = new Set(['[diop]', '[mesh_i]', '[S]', 'Bd', '[car_Au]'])

/**
 * The table also has ready-made combinations, whose source is LOINC; atoms are what UCUM itself
 * defines.
 */
const atoms = all.filter(({ source_, csCode_ }) => source_ === 'UCUM' && csCode_ !== null)

const rows = atoms.map((unit) => {
  const flags =
    (unit.isMetric_ ? 'm' : '') + (unit.isArbitrary_ ? 'a' : '') + (unit.isSpecial_ ? 's' : '')
  const row: string[] = [unit.csCode_, flags]
  if (!unit.isBase_ && !unit.isSpecial_ && !UNUSABLE.has(unit.csCode_))
    row.push(unit.baseFactorStr_ ?? '1', unit.csUnitString_ ?? '1')
  return JSON.stringify(row)
})
const text = `{"source":"@lhncbc/ucum-lhc ${version}","atoms":[\n${rows.join(',\n')}\n]}\n`
const path = fileURLToPath(new URL('../src/ucum/atoms.generated.json', import.meta.url))
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  process.stderr.write('src/ucum/atoms.generated.json is not what the table gives\n')
  process.exitCode = 1
}
