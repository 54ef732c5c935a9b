/** Who reads what of one sale; docs/ARCHITECTURE.md has the reasons, party by party. */

export const PARTIES = [
  'patient',
  'hospital',
  'oracles',
  'researcher',
  'store',
  'relay',
  'chain',
] as const
export const COLUMNS = ['names', 'whole', 'sold', 'bytes', 'words', 'payment'] as const

export type Party = (typeof PARTIES)[number]
export type Column = (typeof COLUMNS)[number]
export type Kind = 'clear' | 'sealed' | 'hash' | 'none'

const row = (...kinds: [Kind, Kind, Kind, Kind, Kind, Kind]): Record<Column, Kind> => {
  const [names, whole, sold, bytes, words, payment] = kinds
  return { names, whole, sold, bytes, words, payment }
}

export const MATRIX: Readonly<Record<Party, Record<Column, Kind>>> = {
  patient: row('clear', 'clear', 'clear', 'sealed', 'clear', 'clear'),
  hospital: row('clear', 'clear', 'clear', 'none', 'none', 'clear'),
  oracles: row('none', 'none', 'clear', 'sealed', 'clear', 'clear'),
  researcher: row('none', 'none', 'clear', 'sealed', 'hash', 'clear'),
  store: row('none', 'none', 'sealed', 'sealed', 'none', 'clear'),
  relay: row('none', 'none', 'hash', 'hash', 'hash', 'clear'),
  chain: row('none', 'none', 'hash', 'hash', 'hash', 'clear'),
}
