import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadArtifacts } from './bytecode.ts'
import { contractSources } from './compiler.ts'
import { hashSources, readSources } from './standardJson.ts'

test('loadArtifacts compiles again when its cache entry is damaged, and reads it then', async (t) => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'ambrosia-contracts-'))
  t.after(() => rm(cacheDir, { recursive: true, force: true }))
  const expected = await loadArtifacts()
  const folder = join(cacheDir, hashSources(await readSources()))
  const text = JSON.stringify(expected)
  await mkdir(folder)
  await writeFile(join(folder, 'artifacts.json'), text.slice(0, text.length / 2))
  const steps: string[] = []
  const load = () => loadArtifacts({ cacheDir, progress: ({ step }) => steps.push(step) })
  assert.deepEqual(await load(), expected, 'the compiler is deterministic')
  assert.deepEqual(await load(), expected)
  assert.deepEqual(steps, ['compiling', 'compiled', 'cached'])
  assert.deepEqual(
    Object.keys(expected),
    contractSources.map(({ name }) => name),
  )
})
