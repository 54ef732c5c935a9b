import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { headings, linkProblems } from './links.ts'

function messages(t: TestContext, text: string): string[] {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-links-'))
  t.after(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'notes/spec'), { recursive: true })
  writeFileSync(join(root, 'notes/spec/machine.md'), '# The machine\n\n## 2. State & `pc`\n')
  return linkProblems(root, 'notes/x.md', text).map(({ message }) => message)
}

describe('linkProblems', () => {
  it('accepts files, folders, headings, pictures and the web', (t) => {
    const text = [
      '# Index',
      '[a](spec/machine.md) [b](spec/machine.md#2-state--pc) [c](#index) [d](spec/)',
      '[e](https://example.org/x.md) ![f](spec/machine.md "title")',
    ]
    assert.deepEqual(messages(t, text.join('\n')), [])
  })

  it('finds a file and a heading that do not exist', (t) => {
    assert.deepEqual(messages(t, '[a](machine.md)\n[b](spec/machine.md#state) [c](#nowhere)'), [
      'machine.md does not exist',
      'notes/spec/machine.md has no heading #state',
      'notes/x.md has no heading #nowhere',
    ])
  })

  it('leaves code alone', (t) => {
    assert.deepEqual(messages(t, '```\n[a](machine.md)\n```\n~~~~\n# [b](x.md)\n~~~~'), [])
  })
})

describe('headings', () => {
  it('numbers those that are the same', () => {
    assert.deepEqual([...headings('# A b\n## A b\n### [A](x.md) b')], ['a-b', 'a-b-1', 'a-b-2'])
  })
})
