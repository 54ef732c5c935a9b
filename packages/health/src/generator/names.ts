import type { Random } from './random.ts'

/** Invented names and towns: put together from syllables, after no person and no place. */
const STARTS =
  'Bel Cor Dal Fen Gar Hol Jan Kel Lor Mar Nor Os Pel Quin Ren Sal Tor Ulv Ver Wen Yar Zel'.split(
    ' ',
  )
const MIDDLES = 'a e i o u an el en il or ar ev is um'.split(' ')
const GIVEN_FEMALE = 'vina mira lise dara neth sia relle wyn'.split(' ')
const GIVEN_MALE = 'von mir dric tan rek dol win ser'.split(' ')
const FAMILY_ENDS = 'brook stell wick dorne mark vale quist ford trell gaard sley moor'.split(' ')
const TOWN_ENDS = 'mouth haven bridge field stead reach cross fell'.split(' ')
const STREETS = 'Lantern Heron Copper Orchard Mill Juniper Quarry Slate Tern Barley'.split(' ')
const STREET_ENDS = 'Row Lane Walk Rise Court Way'.split(' ')

export function givenName(random: Random, sex: 'female' | 'male'): string {
  return (
    random.pick(STARTS) +
    random.pick(MIDDLES) +
    random.pick(sex === 'female' ? GIVEN_FEMALE : GIVEN_MALE)
  )
}

export function familyName(random: Random): string {
  return random.pick(STARTS) + random.pick(MIDDLES) + random.pick(FAMILY_ENDS)
}

export function townName(random: Random): string {
  return random.pick(STARTS) + random.pick(MIDDLES) + random.pick(TOWN_ENDS)
}

export function streetLine(random: Random): string {
  return `${random.integer(1, 299)} ${random.pick(STREETS)} ${random.pick(STREET_ENDS)}`
}

export function clinicName(random: Random): string {
  return `${townName(random)} ${random.pick(['Community Clinic', 'Family Practice', 'Health Centre', 'Medical Group'])}`
}
