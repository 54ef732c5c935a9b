import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Graph, readGraph } from '../source/Graph.ts'
import { circleProblems, closureProblems, reachedRows } from './closure.ts'

/** The graph of a repository with the given files; every package exports all of its `src`. */
function graphOf(t: TestContext, files: Record<string, string>): Graph {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-closure-'))
  t.after(() => rmSync(root, { recursive: true }))
  const all = { 'package.json': '{"workspaces":["packages/*","apps/*","guest"]}', ...files }
  for (const path of Object.keys(files)) {
    const [folder, name] = path.split('/')
    if (folder === 'guest') continue
    const manifest = { name: `@ambrosia/${name}`, exports: { './*': './src/*.ts' } }
    Object.assign(all, { [`${folder}/${name}/package.json`]: JSON.stringify(manifest) })
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return readGraph(root)
}

const messages = (graph: Graph) => closureProblems(graph, []).map(({ message }) => message)

describe('closureProblems', () => {
  it('accepts what every row names, with what that reaches', (t) => {
    const graph = graphOf(t, {
      'packages/exchange/src/Deal.ts': "import '@ambrosia/health/Bundle'",
      'packages/health/src/Bundle.ts': "import { x } from '@ambrosia/primitives/Bytes'",
      'packages/primitives/src/Bytes.ts': 'export const x = 1',
    })
    assert.deepEqual(closureProblems(graph, []), [])
    assert.deepEqual(
      [...reachedRows(graph, 'packages/exchange').keys()],
      ['packages/health', 'packages/primitives'],
    )
  })

  it('finds patient data behind a file that looks innocent, and names the way', (t) => {
    const graph = graphOf(t, {
      'guest/src/Batch.ts': "import { y } from '@ambrosia/chain/read'",
      'packages/chain/src/read.ts': "export { y } from './helper.ts'",
      'packages/chain/src/helper.ts':
        "import type { B } from '@ambrosia/health/Bundle'\nexport const y = 1",
      'packages/health/src/Bundle.ts': 'export type B = 1',
    })
    const found = closureProblems(graph, [])
    assert.deepEqual(
      found.map(({ place, message }) => [place, message]),
      [
        ['packages/chain/src/helper.ts', 'reaches health: patient data could reach a block'],
        ['guest/src/Batch.ts', 'reaches chain, which its row does not name'],
        ['guest/src/Batch.ts', 'reaches health: patient data could reach a block'],
      ],
    )
    assert.match(found.at(-1)?.fix ?? '', /Batch\.ts -> .*read\.ts -> .*helper\.ts -> .*Bundle\.ts/)
  })

  it('finds patient data even where a row would allow it', (t) => {
    const graph = graphOf(t, {
      'packages/service/src/keys.ts': "import '@ambrosia/sealing/Seal'",
      'packages/sealing/src/Seal.ts': '',
    })
    assert.deepEqual(messages(graph), ['reaches sealing: patient data could reach a block'])
    const owed = [{ row: 'packages/service', reaches: 'sealing', why: 'sample' }]
    assert.deepEqual(closureProblems(graph, owed), [])
  })

  it('refuses a debt that is paid', (t) => {
    const graph = graphOf(t, { 'packages/service/src/keys.ts': '' })
    const owed = [{ row: 'packages/service', reaches: 'sealing', why: 'sample' }]
    assert.deepEqual(
      closureProblems(graph, owed).map(({ message }) => message),
      ['packages/service does not reach sealing any more'],
    )
  })

  it('leaves tests out', (t) => {
    const graph = graphOf(t, {
      'packages/machine/src/step.test.ts': "import '@ambrosia/health/Bundle'",
      'packages/health/src/Bundle.ts': '',
    })
    assert.deepEqual(messages(graph), [])
  })
})

describe('circleProblems', () => {
  it('finds a circle of types over three files, once', (t) => {
    const graph = graphOf(t, {
      'packages/a/src/a.ts': "import type { B } from './b.ts'",
      'packages/a/src/b.ts': "import { c } from './c.ts'",
      'packages/a/src/c.ts': "export * from './a.ts'",
      'packages/a/src/d.ts': "import './a.ts'",
    })
    assert.deepEqual(
      circleProblems(graph, []).map(({ message }) => message),
      ['a circle of files: packages/a/src/a.ts, packages/a/src/b.ts, packages/a/src/c.ts'],
    )
    assert.deepEqual(circleProblems(graph, ['packages/a/src/a.ts']), [])
  })

  it('takes a worker that is named by its path for no import', (t) => {
    const graph = graphOf(t, {
      'packages/a/src/a.ts': "new Worker(new URL('./b.ts', import.meta.url))",
      'packages/a/src/b.ts': "import './a.ts'",
    })
    assert.deepEqual(circleProblems(graph, []), [])
    assert.equal(graph.get('packages/a/src/a.ts')?.[0]?.target, 'packages/a/src/b.ts')
  })

  it('refuses a debt that is paid', (t) => {
    const graph = graphOf(t, { 'packages/a/src/a.ts': '' })
    assert.equal(circleProblems(graph, ['packages/a/src/a.ts']).length, 1)
  })
})
