import { ageAt, DAYS_PER_YEAR, type Day, yearOfDay } from './calendar.ts'
import { ACUTE, type Acute, CHRONIC, type Chronic } from './data/conditions.ts'
import { INFLUENZA, VACCINES } from './data/treatments.ts'
import type { Person } from './person.ts'
import type { Random } from './random.ts'

/** What is done at a visit, as keys of the data tables. */
export type Visit = {
  readonly day: Day
  readonly kind: 'wellness' | 'diagnosis' | 'followUp' | 'acute' | 'emergency' | 'nurse'
  /** The chronic condition that the visit is for or finds. */
  readonly chronic?: Chronic
  readonly acute?: Acute
  readonly vitals: boolean
  readonly measurements: readonly string[]
  readonly panels: readonly string[]
  readonly medications: readonly string[]
  readonly procedures: readonly string[]
  readonly vaccines: readonly { cvx: string; display: string }[]
  readonly smoking: boolean
}

const EMPTY = {
  vitals: false,
  measurements: [],
  panels: [],
  medications: [],
  procedures: [],
  vaccines: [],
  smoking: false,
}

/** All visits of a person's record, by day. */
export function createHistory(person: Person, random: Random): Visit[] {
  const visits = [
    ...wellnessVisits(person, random.fork('wellness')),
    ...CHRONIC.flatMap((condition) => chronicVisits(person, condition, random.fork(condition.key))),
    ...acuteVisits(person, random.fork('acute')),
  ]
  return visits
    .filter(({ day }) => day >= person.start && day <= person.end)
    .sort((a, b) => a.day - b.day)
}

function wellnessDays(person: Person, random: Random): Day[] {
  const days: Day[] = [0, 1, 2, 4, 6, 9, 12, 15, 18, 24].map(
    (months) => person.birth + Math.round(months * 30.44) + 1,
  )
  const age = ageAt(person.birth, person.end)
  for (let years = 3; years <= age; ) {
    days.push(person.birth + Math.round(years * DAYS_PER_YEAR) + random.integer(0, 60))
    years +=
      years < 18 ? 1 : years < 40 ? random.integer(2, 3) : years < 65 ? random.integer(1, 2) : 1
  }
  return days
}

function wellnessVisits(person: Person, random: Random): Visit[] {
  const given = new Set<string>()
  let colonoscopy = Number.NEGATIVE_INFINITY
  let mammography = Number.NEGATIVE_INFINITY
  return wellnessDays(person, random).map((day) => {
    const age = (day - person.birth) / DAYS_PER_YEAR
    const vaccines = dueVaccines(person, day, given)
    const month = new Date(day * 86_400_000).getUTCMonth() + 1
    if (
      yearOfDay(day) >= INFLUENZA.since &&
      age > 0.5 &&
      (month >= 9 || month <= 2) &&
      random.chance(0.5)
    ) {
      vaccines.push(INFLUENZA)
    }
    const procedures: string[] = []
    if (age >= 50 && age < 76 && age - colonoscopy >= 9.5 && random.chance(0.6)) {
      procedures.push('colonoscopy')
      colonoscopy = age
    }
    if (
      person.sex === 'female' &&
      age >= 50 &&
      age < 75 &&
      age - mammography >= 1.8 &&
      random.chance(0.75)
    ) {
      procedures.push('mammography')
      mammography = age
    }
    const panels = age >= 18 ? (random.chance(0.6) ? ['metabolic', 'lipids'] : ['metabolic']) : []
    if (age >= 18 && random.chance(0.4)) panels.push('bloodCount')
    const measurements = age >= 40 && random.chance(0.35) ? ['hba1c'] : []
    return {
      ...EMPTY,
      day,
      kind: 'wellness',
      vitals: true,
      panels,
      measurements,
      procedures,
      vaccines,
      smoking: age >= 18,
    }
  })
}

function dueVaccines(
  person: Person,
  day: Day,
  given: Set<string>,
): { cvx: string; display: string }[] {
  const months = (day - person.birth) / 30.44
  const due: { cvx: string; display: string }[] = []
  for (const vaccine of VACCINES) {
    for (const at of vaccine.months) {
      const mark = `${vaccine.cvx}/${at}`
      if (given.has(mark) || months < at || yearOfDay(day) < vaccine.since) continue
      given.add(mark)
      const window = at < 72 ? 8 : 60
      if (months > at + window || due.some(({ cvx }) => cvx === vaccine.cvx)) continue
      due.push({ cvx: vaccine.cvx, display: vaccine.display })
    }
  }
  return due
}

function chronicVisits(person: Person, condition: Chronic, random: Random): Visit[] {
  const onset = person.onsets.get(condition.key)
  if (onset === undefined) return []
  const first = Math.max(onset, person.start)
  const visits: Visit[] = [
    {
      ...EMPTY,
      day: first,
      kind: 'diagnosis',
      chronic: condition,
      vitals: true,
      measurements: condition.measurements,
      panels: condition.panels,
      medications: condition.medications.slice(0, 1),
      procedures: condition.procedures.slice(0, 1),
    },
  ]
  const step = Math.round((condition.everyMonths * DAYS_PER_YEAR) / 12)
  let medications = 1
  let renewed = first
  for (
    let day = first + step + random.integer(-20, 20);
    day <= person.end;
    day += step + random.integer(-20, 20)
  ) {
    if (
      medications < condition.medications.length &&
      random.chance(0.06 * (1.4 - person.control) * condition.everyMonths)
    ) {
      medications++
      renewed = 0
    }
    const renew = day - renewed > 350
    if (renew) renewed = day
    visits.push({
      ...EMPTY,
      day,
      kind: 'followUp',
      chronic: condition,
      vitals: true,
      measurements: condition.measurements,
      panels: condition.panels.filter(() => random.chance(0.6)),
      medications: renew ? condition.medications.slice(0, medications) : [],
      procedures: condition.procedures.filter(() =>
        random.chance(Math.min(0.5, condition.everyMonths / 14)),
      ),
    })
  }
  return visits
}

function acuteVisits(person: Person, random: Random): Visit[] {
  const visits: Visit[] = []
  const firstAge = Math.floor((person.start - person.birth) / DAYS_PER_YEAR)
  const lastAge = Math.floor((person.end - person.birth) / DAYS_PER_YEAR)
  for (let age = firstAge; age <= lastAge; age++) {
    for (const acute of ACUTE) {
      if (acute.sex !== undefined && acute.sex !== person.sex) continue
      if (!random.chance(rateAt(acute, age) / 1000)) continue
      visits.push({
        ...EMPTY,
        day: person.birth + Math.round(age * DAYS_PER_YEAR) + random.integer(1, 364),
        kind: acute.emergency ? 'emergency' : 'acute',
        acute,
        vitals: true,
        measurements: acute.signs.includes('injury') ? ['pain'] : [],
        panels: acute.panels,
        medications: age >= 2 ? acute.medications : [],
        procedures: acute.procedures.filter(() => random.chance(0.7)),
      })
    }
  }
  return visits
}

function rateAt(acute: Acute, age: number): number {
  let rate = acute.rates[0]?.[1] ?? 0
  for (const [from, perMille] of acute.rates) if (age >= from) rate = perMille
  return rate
}

/**
 * Visits between the others, for weight, blood pressure and blood tests: they fill a record to the
 * size that is asked for.
 */
export function createNurseVisits(person: Person, random: Random): Visit[] {
  const visits: Visit[] = []
  const first = Math.max(person.start, person.end - Math.round(20 * DAYS_PER_YEAR))
  for (let day = person.end - random.integer(5, 30); day > first; day -= random.integer(24, 36)) {
    const panels =
      day - person.birth > 18 * DAYS_PER_YEAR && random.chance(0.5) ? ['metabolic'] : []
    visits.push({ ...EMPTY, day, kind: 'nurse', vitals: true, panels })
  }
  return visits
}
