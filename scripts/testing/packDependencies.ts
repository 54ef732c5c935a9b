import { createHash, randomUUID } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

/**
 * Packages made of hundreds of small ECMAScript modules. Node spends half of a short test, and of
 * the start of a service, on finding and linking them; packed they are a few files.
 */
const PACKED =
  /^(@ethereumjs|@hpke|@noble|@scure|@fastify\/type-provider-typebox|abitype|cborg|fast-check|kysely|multiformats|ox|typebox|viem)(\/|$)/
const SOURCES = '{packages,apps,circuits,guest,e2e,examples,scripts}/**/*.ts'
const IMPORT = /(?:from |import\()'([^'.][^']*)'/g
const TABLE = 'table.json'

/** What our sources import of packed packages, with the folders that import it. */
type Imports = ReadonlyMap<string, string>

/**
 * Packs what our sources import of those packages once, under the hash of the lockfile
 * and of what is imported, and returns the options of node with which a process, its threads and
 * its children load that instead. Our own sources are loaded as they are.
 */
export async function packDependencies(root: string): Promise<string> {
  const imports = readImports(root)
  const hash = createHash('sha256').update(readFileSync(import.meta.filename))
  hash.update(readFileSync(join(root, 'package-lock.json'))).update([...imports].sort().join())
  // Within the clone, which is all that an oracle's enclave may read.
  const folder = join(root, 'node_modules', '.cache', 'packed', hash.digest('hex').slice(0, 16))
  if (!existsSync(folder)) await pack(folder, imports)
  const hook = pathToFileURL(join(import.meta.dirname, 'usePacked.mjs'))
  hook.searchParams.set('table', pathToFileURL(join(folder, TABLE)).href)
  return `--import=${hook.href}`
}

function readImports(root: string): Imports {
  const imports = new Map<string, string>()
  const paths = globSync(SOURCES, { cwd: root, exclude: (path) => path.endsWith('node_modules') })
  for (const path of paths.sort()) {
    for (const [, name = ''] of readFileSync(join(root, path), 'utf8').matchAll(IMPORT)) {
      if (PACKED.test(name)) imports.set(`${name}\n${dirname(join(root, path))}`, name)
    }
  }
  return imports
}

async function pack(folder: string, imports: Imports): Promise<void> {
  const draft = `${folder}.${randomUUID()}`
  mkdirSync(draft, { recursive: true })
  const files = await resolveAll(imports)
  await build({
    entryPoints: files.map((file, index) => ({ in: file, out: String(index) })),
    outdir: draft,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    conditions: [],
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
    plugins: [leaveOthers],
  })
  const table = files.map((file, index) => [pathToFileURL(file).href, `${index}.mjs`])
  writeFileSync(join(draft, TABLE), JSON.stringify(Object.fromEntries(table)))
  try {
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

/** The files that node would load for these imports; of a name that is not installed, none. */
async function resolveAll(imports: Imports): Promise<string[]> {
  const files = new Set<string>()
  const resolve: Plugin = {
    name: 'resolve',
    setup({ onStart, resolve }) {
      onStart(async () => {
        for (const [key, name] of imports) {
          const resolveDir = key.slice(key.indexOf('\n') + 1)
          const { path } = await resolve(name, { kind: 'import-statement', resolveDir })
          if (/\.m?js$/.test(path)) files.add(path)
        }
      })
    },
  }
  const stdin = { contents: '' }
  await build({ stdin, write: false, platform: 'node', conditions: [], plugins: [resolve] })
  return [...files].sort()
}

/** Other packages stay where they are and are loaded from there. */
const leaveOthers: Plugin = {
  name: 'leave others',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (kind === 'entry-point' || isBuiltin(path) || PACKED.test(path)) return undefined
      if (pluginData === leaveOthers.name) return undefined
      const found = await resolve(path, {
        kind,
        importer,
        resolveDir,
        pluginData: leaveOthers.name,
      })
      if (found.errors.length > 0) return { path, external: true }
      return { path: pathToFileURL(found.path).href, external: true }
    })
  },
}
