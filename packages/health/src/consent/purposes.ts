/**
 * Purposes of data use: codes of the Data Use Ontology (https://obofoundry.org/ontology/duo.html),
 * with our words for a person who consents. `modifier` is true for codes that narrow another one
 * and can't stand alone.
 */
export type Purpose = { code: string; name: string; words: string; modifier: boolean }

const rows: readonly [string, string, string, boolean][] = [
  ['DUO:0000004', 'no restriction', 'for any purpose', false],
  ['DUO:0000042', 'general research use', 'for research of any kind', false],
  [
    'DUO:0000006',
    'health or medical or biomedical research',
    'for health, medical or biomedical research',
    false,
  ],
  ['DUO:0000007', 'disease specific research', 'for research on a named disease', false],
  [
    'DUO:0000011',
    'population origins or ancestry research only',
    'for research on the origins of populations',
    false,
  ],
  ['DUO:0000043', 'clinical care use', 'for clinical care and decisions about care', false],
  [
    'DUO:0000012',
    'research specific restrictions',
    'only for studies of the kind named here',
    true,
  ],
  ['DUO:0000015', 'no general methods research', 'not to develop general methods', true],
  ['DUO:0000016', 'genetic studies only', 'for genetic studies only', true],
  ['DUO:0000018', 'not for profit, non commercial use only', 'not for profit only', true],
  ['DUO:0000019', 'publication required', 'and the results must be published', true],
  ['DUO:0000020', 'collaboration required', 'only together with the named investigators', true],
  ['DUO:0000021', 'ethics approval required', 'only with the approval of an ethics board', true],
  ['DUO:0000022', 'geographical restriction', 'only in the region named here', true],
  ['DUO:0000024', 'publication moratorium', 'with no publication before the date named', true],
  ['DUO:0000025', 'time limit on use', 'for a limited time', true],
  ['DUO:0000026', 'user specific restriction', 'only by the users named here', true],
  ['DUO:0000027', 'project specific restriction', 'only in the project named here', true],
  ['DUO:0000028', 'institution specific restriction', 'only in the institution named here', true],
  [
    'DUO:0000029',
    'return to database or resource',
    'and derived data must be given back to the source',
    true,
  ],
  ['DUO:0000044', 'population origins or ancestry research prohibited', 'not on ancestry', true],
  ['DUO:0000045', 'not for profit organisation use only', 'only by not-for-profit bodies', true],
  ['DUO:0000046', 'non-commercial use only', 'for non-commercial use only', true],
]

export const PURPOSES: ReadonlyMap<string, Purpose> = new Map(
  rows.map(([code, name, words, modifier]) => [code, { code, name, words, modifier }]),
)
