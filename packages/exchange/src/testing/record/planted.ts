/**
 * What the mutations write into a record where it says who somebody is. None of it may be found in
 * a Safe Harbor form, in whatever case.
 */
export const PLANTED = {
  words: 'Quolzhex Vandermyrk',
  /** The parts by which it is searched for, in lower case. */
  needles: ['quolzhex', 'vandermyrk'],
  id: 'quolzhex-vandermyrk-1',
  url: 'http://quolzhex.example/vandermyrk',
  phone: '+1-555-Quolzhex',
  date: '2019-03-17',
  /** Ages over 89 in digits that nothing else has. */
  ages: [
    { number: '93.4375', unit: 'years', code: 'a' },
    { number: '1121.25', unit: 'months', code: 'mo' },
    { number: '4875.1875', unit: 'weeks', code: 'wk' },
    { number: '34126.3125', unit: 'days', code: 'd' },
  ],
} as const
