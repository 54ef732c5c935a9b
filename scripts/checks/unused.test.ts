import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { unusedProblems } from './unused.ts'

const ISSUES = [
  { file: 'packages/a/package.json', dependencies: [{ name: 'x', line: 3 }] },
  { file: 'packages/a/src/old.ts', files: [{ name: 'packages/a/src/old.ts' }] },
  {
    file: 'packages/a/src/step.ts',
    exports: [{ name: 'helper', line: 9 }, { name: 'RefusedError' }],
  },
  { file: 'packages/a/src/Deal.ts', exports: [{ name: 'hash' }] },
  { file: 'packages/a/src/table.generated.ts', exports: [{ name: 'ROWS' }] },
]

describe('unusedProblems', () => {
  it('names files, dependencies and exports of steps; public nouns, errors and tables are whole', () => {
    assert.deepEqual(
      unusedProblems(ISSUES, []).map(({ place, message }) => [place, message]),
      [
        ['packages/a/package.json:3', 'x is a dependency that nothing uses'],
        ['packages/a/src/old.ts', 'nothing uses this file'],
        ['packages/a/src/step.ts:9', 'helper is exported and used nowhere else'],
      ],
    )
  })

  it('passes over a folder that is owed, and refuses one that owes nothing', () => {
    assert.deepEqual(unusedProblems(ISSUES, ['packages/a/']), [])
    assert.deepEqual(
      unusedProblems([], ['packages/a/']).map(({ message }) => message),
      ['nothing is unused in packages/a/ any more'],
    )
  })
})
