import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { embed } from './embeds.ts'

const FILES: Record<string, string> = {
  'a.json': '{\n  "a": 1\n}\n',
  'b.ts': 'before\n// #region one\nconst x = 1\n// #endregion\nafter\n',
}
const read = (path: string) => FILES[path] ?? assert.fail(path)
const mark = (what: string) => `<!-- ${'embed'} ${what} -->\n`

describe('embed', () => {
  it('puts a file below its mark and replaces what stands there', () => {
    const made = `x\n${mark('a.json')}\`\`\`json\n{\n  "a": 1\n}\n\`\`\`\ny\n`
    assert.equal(embed(`x\n${mark('a.json')}y\n`, read), made)
    assert.equal(embed(made.replace('1', '2'), read), made)
    assert.equal(embed(made, read), made)
  })

  it('takes a region', () => {
    assert.equal(
      embed(mark('b.ts#one'), read),
      `${mark('b.ts#one')}\`\`\`ts\nconst x = 1\n\`\`\`\n`,
    )
    assert.throws(() => embed(mark('b.ts#two'), read), { message: 'b.ts has no region two' })
  })

  it('leaves other blocks alone', () => {
    const text = '```\ncode\n```\n'
    assert.equal(embed(text, read), text)
  })
})
