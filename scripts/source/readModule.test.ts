import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lineAt, readImports } from './readModule.ts'

const imports = (text: string) =>
  readImports('a.ts', text).map(({ specifier, isType, kind, line }) => [
    specifier,
    isType,
    kind,
    line,
  ])

describe('readImports', () => {
  it('finds imports and re-exports with their lines', () => {
    const text = "import a from 'x'\nimport {\n  b,\n} from './b.ts'\nexport * from 'y'\nimport 'z'"
    assert.deepEqual(imports(text), [
      ['x', false, 'import', 1],
      ['./b.ts', false, 'import', 2],
      ['z', false, 'import', 6],
      ['y', false, 'import', 5],
    ])
  })

  it('tells types from values', () => {
    const text = [
      "import type { A } from 'a'",
      "import { type B } from 'b'",
      "import { type C, c } from 'c'",
      "export type { D } from 'd'",
    ].join('\n')
    assert.deepEqual(
      imports(text).map(([specifier, isType]) => [specifier, isType]),
      [
        ['a', true],
        ['b', true],
        ['c', false],
        ['d', true],
      ],
    )
  })

  it('finds what is loaded later and what is only named by its path', () => {
    const text =
      "await import('./a.ts')\nimport.meta.resolve('b')\nnew URL('./c.ts', import.meta.url)"
    assert.deepEqual(imports(text), [
      ['./a.ts', false, 'import', 1],
      ['b', false, 'path', 2],
      ['./c.ts', false, 'path', 3],
    ])
  })

  it('leaves strings and comments alone', () => {
    const text = "const s = \"import a from 'x'; new URL('./c.ts', import.meta.url)\" // import 'y'"
    assert.deepEqual(imports(text), [])
  })
})

describe('lineAt', () => {
  it('counts from one', () => {
    assert.equal(lineAt('a\nb\n', 0), 1)
    assert.equal(lineAt('a\nb\n', 2), 2)
    assert.equal(lineAt('a\nb\n', 4), 3)
  })
})
