import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'

const IMPORTS = `import assert from 'node:assert'; import { it, describe } from 'node:test'; const ok = () => assert.ok(true)
`

/**
 * Runs files of the given texts in a process of their own and returns what was printed and counted.
 */
async function runTexts(
  t: TestContext,
  texts: readonly string[],
  { timeoutMs = 60_000, name = '', extension = 'test.mjs', together = false } = {},
) {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-run-'))
  t.after(() => rmSync(root, { recursive: true }))
  const files = texts.map((text, index) => {
    writeFileSync(
      join(root, `${index}.${extension}`),
      extension === 'test.mjs' ? `${IMPORTS}${text}` : text,
    )
    return `${index}.${extension}`
  })
  const source = `
    import { runFile, runTogether } from ${JSON.stringify(join(import.meta.dirname, 'runFile.ts'))}
    import { addCounts, NO_COUNTS } from ${JSON.stringify(join(import.meta.dirname, 'counts.ts'))}
    const options = { timeoutMs: ${timeoutMs}, ${name === '' ? '' : `name: ${name}`} }
    const run = (file) => runFile(${JSON.stringify(root)}, file, options)
    const together = () => runTogether(${JSON.stringify(root)}, ${JSON.stringify(files)}, options)
    const counts = ${together} ? [await together()] : await Promise.all(${JSON.stringify(files)}.map(run))
    console.log(JSON.stringify(counts.reduce(addCounts, NO_COUNTS)))`
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

describe('runFile', () => {
  it('counts tests, not suites, and shows why one was skipped', async (t) => {
    const { counts, text } = await runTexts(t, [
      "describe('s', () => { it('a', ok); it('b', (t) => t.skip('no samples')) })",
      "it('c', async (t) => { await t.test('d', ok) })",
    ])
    assert.deepEqual(counts, { pass: 3, fail: 0, skipped: 1 })
    assert.match(text, /skipped b: no samples/)
  })

  it('shows a failure whole, with what its file printed', async (t) => {
    const { counts, text } = await runTexts(t, [
      "describe('s', () => { it('a', () => { console.log('before'); throw new Error('the reason') }) })",
    ])
    assert.deepEqual(counts, { pass: 0, fail: 1, skipped: 0 })
    assert.match(text, /FAIL 0\.test\.mjs:2:\d+ {2}a\n.*the reason/)
    assert.match(text, /printed by 0\.test\.mjs:\n +before/)
  })

  it('fails a file that has no test, crashes, ends early or fails after its tests', async (t) => {
    const texts = [
      '',
      "throw new Error('crash')",
      "it('a', ok); process.exitCode = 3",
      "describe('s', () => { it('never', () => {}); throw new Error('in the suite') })",
    ]
    for (const text of texts) {
      const { counts } = await runTexts(t, [text])
      assert.ok(counts.fail > 0, text)
    }
  })

  it('gives properties the same cases in every run', async (t) => {
    const path = JSON.stringify(import.meta.resolve('fast-check'))
    const shows = `import fc from ${path} // fast-check\nit('a', () => { throw new Error('seed ' + fc.readConfigureGlobal().seed) })`
    const { text } = await runTexts(t, [shows])
    assert.match(text, /seed 20260101/)
  })

  it('fails a test that reaches no assertion', async (t) => {
    const { counts, text } = await runTexts(t, [
      "it('a', () => {})",
      "it('b', () => { for (const x of []) assert.ok(x) })",
      "it('c', () => { setTimeout(() => assert.ok(false), 1e9).unref() })",
      "it('d', async (t) => { await t.test('e', () => {}); assert.ok(true) })",
      "it('f', (t) => t.assert.equal(1, 1)); it('g', () => assert.rejects(Promise.reject(Error('x'))))",
    ])
    assert.deepEqual(counts, { pass: 2, fail: 5, skipped: 0 })
    assert.equal(text.match(/this test reached no assertion/g)?.length, 4)
  })

  it('runs only the tests whose name matches, and passes over files without one', async (t) => {
    const texts = ["describe('s', () => { it('a', ok); it('b', ok) })", "it('c', ok)"]
    const { counts } = await runTexts(t, texts, { name: '/^s a$/' })
    assert.deepEqual(counts, { pass: 1, fail: 0, skipped: 0 })
  })

  it('runs a simulation as often as it asks for, and shows how to see a failure again', async (t) => {
    const text = `export const name = 'sample'; export const smallRuns = 3
      export function run({ seed }) { if (seed === 20260103) throw new Error('breach') }`
    const { counts, text: printed } = await runTexts(t, [text], { extension: 'sim.ts' })
    assert.deepEqual(counts, { pass: 0, fail: 1, skipped: 0 })
    assert.match(printed, /npm run sim -- sample --runs 1 --seed 20260103/)
  })

  it('stops and fails a file whose process does not end', async (t) => {
    const hangs = "it('a', ok); setInterval(() => {}, 1000)"
    const { counts, text } = await runTexts(t, [hangs], { timeoutMs: 2000 })
    assert.deepEqual(counts, { pass: 1, fail: 1, skipped: 0 })
    assert.match(text, /stopped: it had not ended after 2000 ms/)
  })
})

describe('runTogether', () => {
  const before = "import { before, after } from 'node:test'; "
  it('tells files apart: their hooks, their failures and what is empty', async (t) => {
    const texts = [
      `${before} let a = 0; before(() => { a++ }); after(() => console.log('hooks ' + a)); it('a', () => assert.equal(a, 1))`,
      "it('b', ok); describe('s', () => { it('c', () => { throw new Error('the reason') }) })",
      '',
      "it('d', () => {}); it('e', (t) => t.skip('no samples'))",
    ]
    const { counts, text } = await runTexts(t, texts, { together: true })
    assert.deepEqual(counts, { pass: 2, fail: 3, skipped: 1 })
    assert.match(text, /FAIL 1\.test\.mjs:2:\d+ {2}c\n.*the reason/)
    assert.match(text, /FAIL 2\.test\.mjs {2}the whole file\n.*this file has no test/)
    assert.match(text, /this test reached no assertion/)
    assert.match(text, /ok {3}0\.test\.mjs {2}1 tests/)
    assert.match(text, /skipped e: no samples/)
  })

  it('tells files apart that wait for the same module', async (t) => {
    const wait = 'await new Promise((done) => setTimeout(done, 50))'
    const shared = `import 'data:text/javascript,${wait}';`
    const texts = [
      `${shared} it('a', ok)`,
      `${shared} it('b', ok)`,
      `${wait}; it('c', ok)`,
      'oh no',
    ]
    const { counts, text } = await runTexts(t, texts, { together: true })
    assert.deepEqual(counts, { pass: 3, fail: 1, skipped: 0 })
    for (const index of [0, 1, 2])
      assert.match(text, new RegExp(`ok {3}${index}.test.mjs {2}1 tests`))
    assert.match(text, /FAIL 3\.test\.mjs/)
  })

  it('runs what a crash or a hang has cut off again, alone', async (t) => {
    const crash = ["it('a', ok)", "it('b', () => process.abort())", "it('c', ok)"]
    const crashed = await runTexts(t, crash, { together: true })
    assert.equal(crashed.counts.pass, 2)
    assert.match(crashed.text, /FAIL 1\.test\.mjs/)
    const hang = [
      "it('a', ok)",
      "it('b', async () => { setInterval(() => {}, 1000); await new Promise(() => {}) })",
      "it('c', ok)",
    ]
    const hung = await runTexts(t, hang, { together: true, timeoutMs: 2000 })
    assert.match(hung.text, /FAIL 1\.test\.mjs/)
  })

  it('bounds the time of each file, not of all together', async (t) => {
    const slow =
      "it('a', async () => { await new Promise((done) => setTimeout(done, 4000)); ok() })"
    const texts = [slow, slow, slow]
    const { counts } = await runTexts(t, texts, { together: true, timeoutMs: 10_000 })
    assert.deepEqual(counts, { pass: 3, fail: 0, skipped: 0 })
  })

  it('fails where the process fails after its tests', async (t) => {
    const texts = ["it('a', ok)", "it('b', ok); process.exitCode = 3"]
    const { counts } = await runTexts(t, texts, { together: true })
    assert.deepEqual(counts, { pass: 2, fail: 1, skipped: 0 })
  })
})
