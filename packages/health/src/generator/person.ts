import { ageAt, DAYS_PER_YEAR, type Day } from './calendar.ts'
import { CHRONIC, type Chronic, type Prevalence } from './data/conditions.ts'
import type { Random } from './random.ts'

export type Sex = 'female' | 'male'

/** Who the patient is and what befalls them: the frame into which visits are laid. */
export type Person = {
  readonly sex: Sex
  readonly birth: Day
  readonly death: Day | undefined
  /** The last day of the record: before `asOf`, and before the day of death for one who died. */
  readonly end: Day
  /** The first day that the record reaches back to. */
  readonly start: Day
  /** Onset of each chronic condition. */
  readonly onsets: ReadonlyMap<string, Day>
  /** How far this person lies from the mean of each measurement, in deviations. */
  readonly trait: (key: string) => number
  /** How well treatment works, 0.4 to 1. */
  readonly control: number
  readonly smoker: 'never' | 'former' | 'daily'
}

export type Wanted = {
  ageYears?: number | undefined
  sex?: Sex | undefined
  condition?: Chronic | undefined
}

/** Records of a practice reach back so far. */
const RECORD_YEARS = 30

/**
 * Shares of the population by age: [20] US Census Bureau, 2020 Census Demographic and Housing
 * Characteristics.
 */
const AGES: readonly (readonly [low: number, high: number, perMille: number])[] = [
  [0, 4, 56],
  [5, 17, 165],
  [18, 44, 357],
  [45, 64, 254],
  [65, 79, 127],
  [80, 97, 41],
]

export function createPerson(random: Random, asOfDay: Day, wanted: Wanted): Person {
  const sex = wanted.sex ?? (random.chance(0.505) ? 'female' : 'male')
  const age = wanted.ageYears ?? drawAge(random.fork('elapsed'), sex, wanted.condition)
  const birth = drawBirth(random, asOfDay, age)
  const last = asOfDay - 1
  const death =
    wanted.ageYears === undefined ? drawDeath(random.fork('death'), age, birth, last) : undefined
  const end = Math.max(birth, Math.min(last, (death ?? asOfDay) - 1))
  const start = Math.max(birth, Math.round(end - RECORD_YEARS * DAYS_PER_YEAR))
  const onsets = drawOnsets(random.fork('conditions'), sex, birth, end, wanted.condition)
  const traits = new Map<string, number>()
  const traitSource = random.fork('traits')
  const smoke = random.next()
  return {
    sex,
    birth,
    death,
    end,
    start,
    onsets,
    control: 0.4 + 0.6 * random.next(),
    // [21] CDC, MMWR 2023;72:475: 11.5 % of adults smoked in 2021; about as many again and more had
    // stopped.
    smoker: smoke < 0.115 ? 'daily' : smoke < 0.33 ? 'former' : 'never',
    trait: (key) => {
      const known = traits.get(key)
      if (known !== undefined) return known
      const drawn = traitSource.fork(key).normal()
      traits.set(key, drawn)
      return drawn
    },
  }
}

function drawAge(random: Random, sex: Sex, condition: Chronic | undefined): number {
  const top =
    condition === undefined
      ? 1
      : Math.max(...condition.prevalence.map((row) => Math.max(row[1], row[2])))
  for (let tries = 0; tries < 2000; tries++) {
    const band = drawBand(random.next() * 1000)
    const age = random.integer(band[0], band[1])
    if (
      condition === undefined ||
      random.next() * top < prevalenceAt(condition.prevalence, sex, age)
    )
      return age
  }
  return 60
}

function drawBand(perMille: number): readonly [low: number, high: number, perMille: number] {
  let sum = 0
  for (const band of AGES) {
    sum += band[2]
    if (perMille < sum) return band
  }
  return AGES[3] as (typeof AGES)[number]
}

function drawBirth(random: Random, asOfDay: Day, age: number): Day {
  const latest = Math.floor(asOfDay - age * DAYS_PER_YEAR)
  for (;;) {
    const birth = latest - random.integer(0, 364)
    if (birth < asOfDay && ageAt(birth, asOfDay) === age) return birth
    if (age === 0 && birth < asOfDay) return birth
  }
}

/** Some of the old have died in the last five years; the rate doubles every nine years of age. */
function drawDeath(random: Random, age: number, birth: Day, last: Day): Day | undefined {
  if (age < 50) return undefined
  const rate = Math.min(0.6, 0.02 * 2 ** Math.floor((age - 50) / 9))
  if (!random.chance(rate)) return undefined
  return Math.max(birth + 1, last - random.integer(30, 1825))
}

/** Share of people with a condition at an age, per mille. */
export function prevalenceAt(table: Prevalence, sex: Sex, age: number): number {
  const column = sex === 'female' ? 1 : 2
  let before = table[0]
  for (const row of table) {
    if (age < row[0]) {
      if (before === undefined || before === row) return row === table[0] ? 0 : row[column]
      const share = (age - before[0]) / (row[0] - before[0])
      return before[column] + share * (row[column] - before[column])
    }
    before = row
  }
  return before?.[column] ?? 0
}

/**
 * Who has a condition at the end of the record, and since when. The onset follows from the same
 * table: had at age x by as many as the table says for x. A risk raises the chance of those who
 * bear it and lowers that of the others, so that the table holds for all.
 */
function drawOnsets(
  random: Random,
  sex: Sex,
  birth: Day,
  end: Day,
  wanted: Chronic | undefined,
): Map<string, Day> {
  const onsets = new Map<string, Day>()
  const age = (end - birth) / DAYS_PER_YEAR
  for (const condition of CHRONIC) {
    const source = random.fork(condition.key)
    let chance = prevalenceAt(condition.prevalence, sex, age) / 1000
    for (const [risk, relative] of Object.entries(condition.risks ?? {})) {
      const spec = CHRONIC.find(({ key }) => key === risk) as Chronic
      const share = prevalenceAt(spec.prevalence, sex, age) / 1000
      chance *= (onsets.has(risk) ? relative : 1) / (1 + share * (relative - 1))
    }
    const draw = source.next()
    const onsetDraw = source.next()
    const forced = condition === wanted
    if (!forced && draw >= Math.min(chance, 0.95)) continue
    const earliest = earliestDay(condition, onsets, birth)
    if (earliest === undefined || earliest > end - 30) {
      if (forced) onsets.set(condition.key, Math.max(birth, end - 200))
      continue
    }
    const drawn = birth + Math.round(onsetAge(condition, sex, age, onsetDraw) * DAYS_PER_YEAR)
    // A patient who was asked for has had the condition long enough to be followed.
    const latest = forced
      ? Math.max(earliest, Math.round(end - Math.min(age / 3, 6) * DAYS_PER_YEAR))
      : end - 20
    onsets.set(condition.key, Math.min(Math.max(drawn, earliest), latest))
  }
  return onsets
}

function earliestDay(
  condition: Chronic,
  onsets: ReadonlyMap<string, Day>,
  birth: Day,
): Day | undefined {
  if (condition.after === undefined) return birth + 60
  const first = onsets.get(condition.after.key)
  return first === undefined ? undefined : first + Math.round(condition.after.years * DAYS_PER_YEAR)
}

function onsetAge(condition: Chronic, sex: Sex, age: number, draw: number): number {
  const goal = draw * prevalenceAt(condition.prevalence, sex, age)
  for (let year = 0; year < age; year++) {
    if (prevalenceAt(condition.prevalence, sex, year) >= goal) return year + draw / 2
  }
  return Math.max(0, age - 0.5)
}

/** True while the person has the condition. */
export function has(person: Person, key: string, day: Day): boolean {
  const onset = person.onsets.get(key)
  return onset !== undefined && onset <= day
}
