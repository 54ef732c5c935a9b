import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSource } from './readSource.ts'

describe('readSource', () => {
  it('moves strings aside in their order', () => {
    const source = readSource(`import a from 'x'\nconst b = "y" + 'it\\'s'`)
    assert.deepEqual(source.strings, ['x', 'y', "it\\'s"])
    assert.equal(source.code, 'import a from "0"\nconst b = "1" + "2"')
  })

  it('blanks comments and keeps the lines', () => {
    const { code, strings } = readSource("a // fetch('x')\n/* process.exit()\n */ b")
    assert.equal(code.split('\n').length, 3)
    assert.deepEqual(strings, [])
    assert.doesNotMatch(code, /fetch|process/)
  })

  it('reads code inside templates, nested ones too', () => {
    const { code, strings } = readSource('x = `a ${f({ a: `b ${Date.now()}` })} // c`')
    assert.match(code, /Date\.now\(\)/)
    assert.doesNotMatch(code, /\/\/ c/)
    assert.equal(strings.length, 2)
  })

  it('tells a regular expression from a division', () => {
    const { code, strings } = readSource(
      "const r = /['\"/*]/g\nconst q = a / b / c\nf(/[/]'/, 'z')",
    )
    assert.deepEqual(strings, ['z'])
    assert.match(code, /a \/ b \/ c/)
  })

  it('ends with the text where a string or comment does not', () => {
    assert.deepEqual(readSource("'open").strings, ['open'])
    assert.equal(readSource('/* open').code.trim(), '')
    assert.deepEqual(readSource('`open ${x').strings, ['open '])
  })
})
