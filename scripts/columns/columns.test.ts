import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { reflowComments } from './comments.ts'
import { reflowMarkdown } from './markdown.ts'
import { wrap } from './wrap.ts'

const words = (count: number) =>
  Array.from({ length: count }, (_, index) => `word${index}`).join(' ')
const longest = (text: string) => Math.max(...text.split('\n').map((line) => line.length))
const flat = (text: string) => text.replaceAll(/[\s*/]+/g, ' ').trim()

describe('wrap', () => {
  it('keeps links and code whole, and lets a longer word stand alone', () => {
    const link = `[${words(6)}](${'x'.repeat(80)}.md)`
    const lines = wrap(`${words(10)} ${link} \`${words(5)}\` end`, '', '')
    assert.ok(lines.includes(link))
    assert.ok(lines.some((line) => line.includes(`\`${words(5)}\``)))
  })

  it('begins no line with what would be a mark', () => {
    for (const mark of ['-', '#', '1.', '>']) {
      const text = `${'x'.repeat(90)} yyyyyyyy ${mark} ${words(9)}`
      assert.ok(
        wrap(text, '', '').every((line) => !line.startsWith(mark)),
        mark,
      )
    }
  })
})

describe('reflowMarkdown', () => {
  it('breaks long paragraphs, items and quotes, each with its indentation', () => {
    const text = `${words(30)}\n\n- ${words(30)}\n  ${words(3)}\n- short\n\n> ${words(30)}\n`
    const out = reflowMarkdown(text)
    assert.ok(longest(out) <= 100)
    const lines = out.split('\n')
    assert.ok(lines.filter((line) => line.startsWith('- ')).length === 2)
    assert.ok(lines.filter((line) => line.startsWith('  word')).length >= 1)
    assert.ok(lines.filter((line) => line.startsWith('> ')).length === 3)
    assert.equal(flat(out.replaceAll('\n> ', '\n')), flat(text.replaceAll('\n> ', '\n')))
  })

  it('leaves code, tables, headings, hard breaks and short paragraphs as they are', () => {
    const text = [
      `# ${words(30)}`,
      `| ${words(30)} |`,
      '```',
      words(30),
      '```',
      'a short',
      'paragraph',
      '',
      `${words(20)}  `,
      'b',
    ].join('\n')
    assert.equal(reflowMarkdown(text), text)
  })

  it('has nothing left to do the second time', () => {
    const once = reflowMarkdown(`- ${words(50)}\n\n${words(60)}`)
    assert.equal(reflowMarkdown(once), once)
  })
})

describe('reflowComments', () => {
  it('opens a long comment of one line and breaks the others', () => {
    const text = `  /** ${words(20)} */\n  f()\n/**\n * ${words(20)}\n * more\n *\n * - ${words(20)}\n */\ng()`
    const out = reflowComments(text)
    assert.ok(longest(out) <= 100)
    assert.ok(out.startsWith('  /**\n   * word0'))
    assert.equal(flat(out), flat(text))
    assert.equal(reflowComments(out), out)
  })

  it('begins a line with a tag', () => {
    const out = reflowComments(`/** ${words(20)}. @throws Deal.X where ${words(3)} */`)
    assert.match(out, /\n \* @throws Deal\.X where/)
  })

  it('breaks runs of line comments', () => {
    const out = reflowComments(`  // ${words(20)}\n  // more\n  x()`)
    assert.ok(longest(out) <= 100)
    assert.match(out, / {2}\/\/ .*more\n {2}x\(\)$/)
  })

  it('leaves directives, code in comments, templates and comments behind code as they are', () => {
    const text = [
      `// biome-ignore lint/x: ${words(20)}`,
      '/**',
      ' * ```',
      ` * ${words(20)}`,
      ' * ```',
      ' */',
      'const a = `',
      `// ${words(20)}`,
      '`',
      `f() // ${words(20)}`,
    ].join('\n')
    assert.equal(reflowComments(text), text)
  })
})
