import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { loadArtifacts, loadContract } from './artifacts.ts'
import { hashSources, readSources } from './readSources.ts'
import { contractSources } from './sourceList.ts'

it('a damaged cache entry is compiled again and then read', async (t) => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'ambrosia-contracts-'))
  t.after(() => rm(cacheDir, { recursive: true, force: true }))
  const domains = ['token']
  const expected = await loadArtifacts({ domains })
  const text = JSON.stringify(expected)
  const hash = hashSources('token', await readSources('token'))
  await mkdir(join(cacheDir, 'token'))
  await writeFile(join(cacheDir, 'token', `${hash}.json`), text.slice(0, text.length / 2))
  const steps: string[] = []
  const load = () =>
    loadArtifacts({
      cacheDir,
      domains,
      progress: ({ step, domain }) => steps.push(`${domain} ${step}`),
    })
  assert.deepEqual(await load(), expected, 'the compiler is deterministic')
  assert.deepEqual(await load(), expected)
  assert.deepEqual(steps, ['token compiling', 'token compiled', 'token cached'])
})

it('a contract of one file is compiled once; a damaged entry again', async (t) => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'ambrosia-contracts-'))
  t.after(() => rm(cacheDir, { recursive: true, force: true }))
  const source = (n: number) =>
    `pragma solidity ^0.8.0; contract C { function f() external pure returns (uint256) { return ${n}; } }`
  const load = (n: number) => loadContract('C', source(n), cacheDir)
  const one = await load(1)
  assert.notEqual((await load(2)).bytecode, one.bytecode)
  const folder = join(cacheDir, 'single')
  const kept = await readdir(folder)
  assert.equal(kept.length, 2)
  // What is in the cache is what is used, so a change of it shows.
  for (const name of kept) {
    const text = await readFile(join(folder, name), 'utf8')
    await writeFile(join(folder, name), text.replace(one.bytecode, '0xabcd'))
  }
  assert.equal((await load(1)).bytecode, '0xabcd')
  for (const name of kept) await writeFile(join(folder, name), '{')
  assert.deepEqual(await load(1), one)
})

it('artifacts come in the order of the list, each with code and immutables inside it', async () => {
  const artifacts = await loadArtifacts()
  assert.deepEqual(
    Object.keys(artifacts),
    contractSources.map(({ name }) => name),
  )
  for (const [name, { bytecode, runtime, immutables }] of Object.entries(artifacts)) {
    assert.match(bytecode, /^0x([0-9a-f]{2})+$/, name)
    assert.match(runtime, /^0x([0-9a-f]{2})+$/, name)
    for (const { start, length } of immutables) {
      const place = runtime.slice(2 + 2 * start, 2 + 2 * (start + length))
      assert.equal(place, '00'.repeat(length), `${name} at ${start}`)
    }
  }
  assert.ok(artifacts['dealBook']!.immutables.length > 0)
})

it('the key of a domain changes with its own sources alone', async () => {
  const sources = await readSources('token')
  const hash = hashSources('token', sources)
  assert.equal(hashSources('token', await readSources('token')), hash)
  const changed = { ...sources, 'src/token/MedToken.sol': { content: '// another' } }
  assert.notEqual(hashSources('token', changed), hash)
  assert.ok(!('src/exchange/DealBook.sol' in sources))
})
