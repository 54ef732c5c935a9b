import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { checkFile, checkLayers } from './check-layers.ts'
import { LAYERS, type Layer, rowOf } from './checks/layers.ts'

const MANIFEST = {
  dependencies: Object.fromEntries(
    [
      'primitives',
      'health',
      'credentials',
      'sealing',
      'exchange',
      'sdk',
      'service',
      'contracts',
      'machine',
    ]
      .map((name) => [`@ambrosia/${name}`, '0.1.0'])
      .concat([['viem', '1.0.0']]),
  ),
  devDependencies: { hardhat: '1.0.0' },
}

/** The messages of the check for a file of the given text. */
function messages(path: string, text: string, isShipped = true): string[] {
  const workspace = rowOf(path) as string
  const file = { path, workspace, layer: LAYERS[workspace] as Layer, isShipped }
  return checkFile(file, text, MANIFEST).map(({ message }) => message)
}

describe('imports between workspaces', () => {
  const CASES: readonly [path: string, imported: string, isAllowed: boolean][] = [
    ['packages/health/src/a.ts', '@ambrosia/primitives/Bytes', true],
    ['packages/primitives/src/a.ts', '@ambrosia/health', false],
    ['packages/health/src/a.ts', '@ambrosia/credentials', false],
    ['packages/credentials/src/a.ts', '@ambrosia/sealing', false],
    ['packages/machine/src/a.ts', '@ambrosia/exchange', false],
    ['packages/exchange/src/a.ts', '@ambrosia/health/Bundle', true],
    ['packages/exchange/src/a.ts', '@ambrosia/machine', false],
    ['packages/exchange/src/a.ts', '@ambrosia/sdk', false],
    ['packages/rollup/src/a.ts', '@ambrosia/machine', true],
    ['packages/rollup/src/a.ts', '@ambrosia/health', false],
    ['packages/rollup/src/a.ts', '@ambrosia/credentials', false],
    ['packages/rollup/src/a.ts', '@ambrosia/sealing', false],
    ['packages/rollup/src/a.ts', '@ambrosia/exchange', false],
    ['packages/service/src/a.ts', '@ambrosia/sdk', false],
    ['packages/sdk/src/a.ts', '@ambrosia/service', false],
    ['packages/sdk/src/a.ts', '@ambrosia/exchange/Deal', true],
    ['apps/oracle/src/a.ts', '@ambrosia/service', true],
    ['apps/oracle/src/a.ts', '@ambrosia/sdk', false],
    ['apps/store/src/a.ts', '@ambrosia/sdk', false],
    ['apps/issuer/src/a.ts', '@ambrosia/sdk', false],
    ['apps/cli/src/a.ts', '@ambrosia/sdk', true],
    ['apps/cli/src/a.ts', '@ambrosia/oracle/main', false],
    ['packages/chain/src/a.ts', '@ambrosia/primitives', true],
    ['packages/chain/src/a.ts', '@ambrosia/exchange', false],
    ['packages/chain/src/a.ts', '@ambrosia/contracts/sources.json', false],
    ['packages/chain/src/compile/a.ts', '@ambrosia/contracts/sources.json', true],
    ['contracts/a.ts', '@ambrosia/primitives', false],
  ]
  for (const [path, imported, isAllowed] of CASES) {
    it(`${dirname(path)} ${isAllowed ? 'may' : 'may not'} import ${imported}`, () => {
      const found = messages(path, `import { x } from '${imported}'`)
      assert.equal(found.length === 0, isAllowed, found.join('; '))
    })
  }

  it('holds for types, re-exports, import(), bare imports and require', () => {
    for (const text of [
      "import type { X } from '@ambrosia/health'",
      "export * from '@ambrosia/health'",
      "await import('@ambrosia/health')",
      "import '@ambrosia/health'",
      "require('@ambrosia/health')",
      "import.meta.resolve('@ambrosia/health')",
      "import {\n  a,\n  b,\n} from '@ambrosia/health'",
    ]) {
      assert.equal(messages('packages/machine/src/a.ts', text).length, 1, text)
    }
  })

  it('does not take words in comments and strings for imports', () => {
    const text = "// import '@ambrosia/health'\nconst a = \"import '@ambrosia/health'\""
    assert.deepEqual(messages('packages/machine/src/a.ts', text), [])
  })

  it('refuses the inside of another package', () => {
    for (const target of [
      '@ambrosia/primitives/internal/x',
      '@ambrosia/primitives/src/Bytes.ts',
      '@ambrosia/primitives/testing/fixtures',
      '../../primitives/src/Bytes.ts',
    ]) {
      assert.equal(messages('packages/health/src/a.ts', `import '${target}'`).length, 1, target)
    }
  })

  it('keeps a folder with input and output of its own apart from the package around it', () => {
    const target = './compile/artifacts.ts'
    assert.equal(messages('packages/chain/src/a.ts', `import '${target}'`).length, 1)
    assert.deepEqual(messages('packages/chain/src/a.test.ts', `import '${target}'`, false), [])
    assert.deepEqual(messages('packages/chain/src/compile/a.ts', "import './bytecode.ts'"), [])
    assert.deepEqual(messages('packages/chain/src/compile/a.ts', "import '../abi/index.ts'"), [])
    assert.deepEqual(messages('packages/chain/src/compile/a.ts', "import 'node:fs'"), [])
  })

  it('lets tests read vectors and testing helpers, and a differential test its other side', () => {
    const allowed = messages(
      'packages/health/src/a.test.ts',
      "import '@ambrosia/primitives/testing/fixtures'",
      false,
    )
    assert.deepEqual(allowed, [])
    const vectors = "import v from '../../../vectors/health/a.json' with { type: 'json' }"
    assert.deepEqual(messages('packages/health/src/a.test.ts', vectors, false), [])
    assert.equal(messages('packages/health/src/a.ts', vectors).length, 1)
    assert.equal(
      messages('packages/health/src/a.test.ts', "import '@ambrosia/exchange'", false).length,
      1,
    )
  })
})

describe('dependencies', () => {
  it('refuses a package that is not declared', () => {
    assert.equal(messages('packages/health/src/a.ts', "import 'lodash/fp'").length, 1)
    assert.deepEqual(messages('packages/health/src/a.ts', "import 'viem/accounts'"), [])
  })

  it('allows development packages to tests and types only', () => {
    assert.equal(messages('packages/health/src/a.ts', "import 'hardhat'").length, 1)
    assert.deepEqual(messages('packages/health/src/a.ts', "import type { H } from 'hardhat'"), [])
    assert.deepEqual(messages('packages/health/src/a.test.ts', "import 'fast-check'", false), [])
    assert.equal(messages('packages/health/src/a.ts', "import 'fast-check'").length, 1)
  })
})

describe('input and output', () => {
  const IO = [
    "import { readFile } from 'node:fs/promises'",
    "import net from 'node:net'",
    "await fetch('x')",
    'const now = Date.now()',
    'const now = new Date()',
    'const now = new Date',
    'Math.random()',
    "process.env['X']",
    "new WebSocket('x')",
    'const text = `${Date.now()}`',
  ]
  for (const text of IO) {
    it(`refuses ${text}`, () => {
      assert.equal(messages('packages/machine/src/a.ts', text).length, 1)
      assert.deepEqual(messages('packages/machine/src/a.test.ts', text, false), [])
      assert.deepEqual(messages('packages/service/src/a.ts', text), [])
    })
  }

  it('keeps Node out of packages for browsers', () => {
    assert.equal(messages('packages/sealing/src/a.ts', "import 'node:crypto'").length, 1)
    assert.equal(messages('packages/sealing/src/a.ts', 'Buffer.from(x)').length, 1)
    assert.deepEqual(messages('packages/machine/src/a.ts', "import 'node:crypto'"), [])
  })

  it('leaves names alone that only look alike', () => {
    const text =
      'new Date(sec * 1000)\nstore.fetch(x)\nconst preprocess = 1\nclock.process.run\nArrayBuffer'
    assert.deepEqual(messages('packages/sealing/src/a.ts', text), [])
  })
})

describe('checkLayers', () => {
  it('finds a breach with its line, and a workspace without a layer', (t) => {
    const root = repository(t, {
      'package.json': '{"workspaces":["packages/*"]}',
      'packages/primitives/package.json': '{}',
      'packages/primitives/src/a.ts': "const a = 1\nimport 'node:fs'\n",
      'packages/primitives/src/a.generated.ts': "import 'node:fs'\n",
      'packages/primitives/node_modules/x/index.ts': "import 'node:fs'\n",
      'packages/unheard/package.json': '{}',
    })
    const places = checkLayers(root).map(({ place }) => place)
    assert.deepEqual(places, ['packages/unheard', 'packages/primitives/src/a.ts:2'])
  })
})

function repository(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'ambrosia-layers-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
