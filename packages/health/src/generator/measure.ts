import { DAYS_PER_YEAR, type Day } from './calendar.ts'
import { MEASUREMENTS, type Measurement } from './data/measurements.ts'
import type { Person } from './person.ts'
import type { Random } from './random.ts'

/**
 * The measurements of one visit: values that hang together, as total cholesterol with its parts or
 * weight with height.
 */
export type Sheet = {
  /** The value in decimal text with the digits of its measurement. */
  read(key: string): string
}

type Curve = readonly (readonly [age: number, value: number])[]

/**
 * Values of children: means of common growth charts and paediatric reference tables; adults from
 * the last row on.
 */
const CHILD: Readonly<Record<string, Curve>> = {
  bmi: [
    [0, 13.4],
    [0.5, 17.2],
    [1, 16.9],
    [5, 15.4],
    [10, 16.8],
    [15, 20],
    [18, 21.8],
    [30, 24.6],
  ],
  systolic: [
    [0, 70],
    [1, 88],
    [5, 97],
    [10, 104],
    [15, 111],
    [25, 117],
  ],
  diastolic: [
    [0, 42],
    [1, 48],
    [5, 58],
    [10, 64],
    [15, 68],
    [25, 74],
  ],
  heartRate: [
    [0, 132],
    [1, 115],
    [5, 98],
    [10, 84],
    [15, 76],
    [20, 72],
  ],
  respiration: [
    [0, 40],
    [1, 28],
    [5, 22],
    [10, 19],
    [15, 16],
    [20, 15],
  ],
  creatinine: [
    [0, 0.3],
    [5, 0.4],
    [10, 0.5],
    [15, 0.66],
    [20, 0.83],
  ],
  hemoglobin: [
    [0, 14],
    [0.5, 11.6],
    [5, 12.4],
    [12, 13.3],
    [18, 14],
  ],
}
const HEIGHT: Curve = [
  [0, 50],
  [0.5, 67],
  [1, 75.5],
  [2, 87],
  [5, 109.5],
  [10, 138.5],
  [13, 156],
  [16, 167],
  [18, 168.5],
]

export function createSheet(
  person: Person,
  day: Day,
  random: Random,
  signs: readonly string[],
): Sheet {
  const age = (day - person.birth) / DAYS_PER_YEAR
  const known = new Map<string, number>()
  const state: State = {
    person,
    day,
    age,
    signs,
    random,
    known,
    valueFor: (key) => measured(state, key),
  }
  return {
    read(key) {
      const spec = MEASUREMENTS[key] as Measurement
      return state.valueFor(key).toFixed(spec.decimals)
    },
  }
}

type State = {
  person: Person
  day: Day
  age: number
  signs: readonly string[]
  random: Random
  known: Map<string, number>
  valueFor: (key: string) => number
}

function measured(state: State, key: string): number {
  const before = state.known.get(key)
  if (before !== undefined) return before
  const spec = MEASUREMENTS[key] as Measurement
  const raw = derived(state, key) ?? drawn(state, key, spec)
  const clamped = Math.min(Math.max(raw, spec.limits[0]), spec.limits[1])
  const scale = 10 ** spec.decimals
  const rounded = Math.round(clamped * scale) / scale
  state.known.set(key, rounded)
  return rounded
}

/** Values that follow from others of the same visit. */
function derived(state: State, key: string): number | undefined {
  const { valueFor: value, random, age } = state
  switch (key) {
    case 'height':
      return heightOf(state)
    case 'weight':
      return drawn(state, 'bmi', MEASUREMENTS['bmi'] as Measurement) * (value('height') / 100) ** 2
    case 'bmi':
      return value('weight') / (value('height') / 100) ** 2
    case 'cholesterol':
      return value('ldl') + value('hdl') + value('triglycerides') / 5
    case 'glucose':
      // Average glucose from HbA1c: Nathan et al., Diabetes Care 2008;31:1473; fasting values lie
      // below it.
      return (28.7 * value('hba1c') - 46.7) * 0.88 + random.normal() * 7
    case 'creatinine':
      return age < 18
        ? undefined
        : (drawn(state, key, MEASUREMENTS[key] as Measurement, true) * 92) /
            Math.max(value('egfr'), 12)
    case 'hematocrit':
      return value('hemoglobin') * 2.98 + random.normal() * 0.6
    default:
      return undefined
  }
}

function heightOf(state: State): number {
  const { person, age } = state
  const trait = person.trait('height')
  const spec = MEASUREMENTS['height'] as Measurement
  const adult = meanOf(spec, person)
  const child = along(HEIGHT, age)
  const mean = age >= 18 ? adult : (child * adult) / (168.5 + (adult - 168.5) * (1 - age / 18))
  return mean * (1 + trait * 0.037)
}

function drawn(state: State, key: string, spec: Measurement, plain = false): number {
  const { person, day, age, signs, random } = state
  let mean = meanOf(spec, person)
  const curve = CHILD[key]
  if (curve !== undefined && age < (curve[curve.length - 1]?.[0] ?? 0)) mean = along(curve, age)
  if (key === 'egfr' && age > 40) mean -= (age - 40) * 0.7
  if (key === 'systolic' && age > 50) mean += (age - 50) * 0.25
  let shift = 0
  for (const [condition, by] of Object.entries(spec.shifts ?? {})) {
    if (signs.includes(condition)) shift += by
    const onset = person.onsets.get(condition)
    if (plain || onset === undefined || onset > day) continue
    const years = (day - onset) / DAYS_PER_YEAR
    const relief = (spec.treated ?? 0) * person.control * Math.min(1, years / 2)
    shift += by * (1 - relief) * (0.75 + 0.08 * Math.max(-2, Math.min(2, person.trait(condition))))
  }
  return mean + shift + spec.deviation * (0.75 * person.trait(key) + 0.5 * random.normal())
}

function meanOf(spec: Measurement, person: Person): number {
  if (typeof spec.mean === 'number') return spec.mean
  return spec.mean[person.sex === 'female' ? 0 : 1]
}

function along(curve: Curve, age: number): number {
  let before = curve[0] as readonly [number, number]
  for (const row of curve) {
    if (age < row[0]) {
      const span = row[0] - before[0]
      return span === 0 ? row[1] : before[1] + ((age - before[0]) / span) * (row[1] - before[1])
    }
    before = row
  }
  return before[1]
}
