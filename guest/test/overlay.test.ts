import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { moduleChanges } from '../toolchain/moduleChanges.ts'
import { applyChanges, type Change, pinOriginals } from '../toolchain/overlay.ts'
import { standardChanges } from '../toolchain/standardChanges.ts'

const original = 'line one\nline two\n#if\nvector\n#endif\nscalar:\nMOVD F1\nMOVD F2\nend\n'

/** Applies one change to a source tree with one file, `a.s`. */
function apply(change: Omit<Change, 'path' | 'reason'>, pin?: string): string | undefined {
  const root = mkdtempSync(join(tmpdir(), 'overlay-'))
  try {
    mkdirSync(join(root, 'source'))
    mkdirSync(join(root, 'ours'))
    writeFileSync(join(root, 'source', 'a.s'), original)
    writeFileSync(join(root, 'ours', 'b.s'), 'ours\n')
    const changes = [{ path: 'a.s', reason: 'test', ...change }]
    const pins = pin === undefined ? pinOriginals(changes, join(root, 'source')) : { 'a.s': pin }
    const roots = { sourceRoot: join(root, 'source'), overlayRoot: join(root, 'ours') }
    const replace = applyChanges(changes, roots, pins, join(root, 'out'))
    const target = replace[join(root, 'source', 'a.s')]
    return target === '' || target === undefined ? target : readFileSync(target, 'utf8')
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

it('a change edits, cuts, drops lines, replaces or leaves out a file', () => {
  assert.match(apply({ edits: [['line two', 'line 2']] }) ?? '', /line one\nline 2\n/)
  assert.match(apply({ cut: ['#if', 'scalar:', 'JMP\n'] }) ?? '', /line two\nJMP\nscalar:/)
  const kept = apply({ removeLines: { pattern: /^MOVD/, count: 2 } }) ?? ''
  assert.ok(!kept.includes('MOVD') && kept.includes('end'))
  assert.equal(apply({ replaceBy: 'b.s' }), 'ours\n')
  assert.equal(apply({ drop: true }), '')
})

it('the build stops where an edit does not match exactly', () => {
  const stops = (change: Omit<Change, 'path' | 'reason'>, text: RegExp) =>
    assert.throws(() => apply(change), { code: 'Guest.Overlay', message: text })
  stops({ edits: [['line three', '']] }, /a\.s has 0 places like "line three"/)
  stops({ edits: [['line', '']] }, /a\.s has 2 places/)
  stops({ removeLines: { pattern: /^MOVD/, count: 3 } }, /has 2 lines like .*not 3/)
  stops({ cut: ['#ifndef', 'scalar:', ''] }, /no single passage/)
  stops({ cut: ['#if', 'vector_end:', ''] }, /no single passage/)
  stops({ add: 'b.s' }, /already exists/)
})

it('the build stops where the original is another file than the reviewed one', () => {
  const pin = createHash('sha256').update('another text').digest('hex')
  assert.throws(() => apply({ drop: true }, pin), {
    code: 'Guest.Overlay',
    message: /a\.s is not the file the overlay was written for/,
    hint: /--pin/,
  })
})

it('every change of the guests has a reason and one action', () => {
  for (const change of [...standardChanges, ...moduleChanges]) {
    assert.ok(change.reason.length > 3, change.path)
    const { path, reason, edits, removeLines, ...rest } = change
    const actions = Object.values(rest).length + (edits || removeLines ? 1 : 0)
    assert.ok(actions >= 1, path)
  }
})
