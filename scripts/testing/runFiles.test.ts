import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

/** Runs files of the given texts in a process of their own and returns what was printed and counted. */
async function runTexts(t: TestContext, texts: readonly string[], timeoutMs = 60_000) {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-run-'))
  t.after(() => rmSync(root, { recursive: true }))
  const files = texts.map((text, index) => {
    writeFileSync(
      join(root, `${index}.test.mjs`),
      `import { test, describe } from 'node:test'\n${text}`,
    )
    return `${index}.test.mjs`
  })
  const source = `
    import { runFiles } from ${JSON.stringify(join(import.meta.dirname, 'runFiles.ts'))}
    const options = { concurrency: 2, timeoutMs: ${timeoutMs} }
    const counts = await runFiles(${JSON.stringify(root)}, ${JSON.stringify(files)}, options)
    console.log(JSON.stringify(counts))`
  const env = { ...process.env }
  delete env['NODE_TEST_CONTEXT']
  delete env['AMBROSIA_SEED']
  writeFileSync(join(root, 'run.mjs'), source)
  const child = spawn(process.execPath, [join(root, 'run.mjs')], { env })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((done) => child.once('close', done))
  const lines = text.trimEnd().split('\n')
  return { counts: JSON.parse(lines.pop() ?? ''), text: lines.join('\n') }
}

describe('runFiles', () => {
  it('counts tests, not suites, and shows why one was skipped', async (t) => {
    const { counts, text } = await runTexts(t, [
      "describe('s', () => { test('a', () => {}); test('b', (t) => t.skip('no samples')) })",
      "test('c', async (t) => { await t.test('d', () => {}) })",
    ])
    assert.deepEqual(counts, { pass: 3, fail: 0, skipped: 1 })
    assert.match(text, /skipped b: no samples/)
  })

  it('shows a failure whole, with what its file printed', async (t) => {
    const { counts, text } = await runTexts(t, [
      "describe('s', () => { test('a', () => { console.log('before'); throw new Error('the reason') }) })",
    ])
    assert.deepEqual(counts, { pass: 0, fail: 1, skipped: 0 })
    assert.match(text, /FAIL 0\.test\.mjs:2:\d+ {2}a\n.*the reason/)
    assert.match(text, /printed by 0\.test\.mjs:\n +before/)
  })

  it('fails a file that has no test, crashes, ends early or fails after its tests', async (t) => {
    const texts = [
      '',
      "throw new Error('crash')",
      "test('a', () => {}); process.exitCode = 3",
      "describe('s', () => { test('never', () => {}); throw new Error('in the suite') })",
    ]
    for (const text of texts) {
      const { counts } = await runTexts(t, [text])
      assert.ok(counts.fail > 0, text)
    }
  })

  it('gives properties the same cases in every run', async (t) => {
    const path = JSON.stringify(import.meta.resolve('fast-check'))
    const shows = `import fc from ${path}\ntest('a', () => { throw new Error('seed ' + fc.readConfigureGlobal().seed) })`
    const { text } = await runTexts(t, [shows])
    assert.match(text, /seed 20260101/)
  })

  it('stops and fails a file whose process does not end', async (t) => {
    const hangs = "test('a', () => {}); setInterval(() => {}, 1000)"
    const { counts, text } = await runTexts(t, [hangs], 2000)
    assert.deepEqual(counts, { pass: 1, fail: 1, skipped: 0 })
    assert.match(text, /stopped: it had not ended after 2000 ms/)
  })
})
