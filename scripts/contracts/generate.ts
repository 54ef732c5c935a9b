// Writes what is generated from the Solidity sources and committed: ABIs, struct types and the
// names of enumerations (packages/chain/src/abi), storage layouts and code sizes
// (contracts/snapshots), a folder each domain. With --check it writes nothing and fails when a file
// differs, so that no change of an interface, of a layout or of a size goes unseen.
//
//   node scripts/contracts/generate.ts [DOMAIN...] [--check]
import { globSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { loadDomains } from '@ambrosia/chain/compile/artifacts'
import type { CompiledDomain } from '@ambrosia/chain/compile/solc'
import { contractsOf, domains } from '@ambrosia/chain/compile/sourceList'
import { describeLayout, type Layout } from './describeLayout.ts'
import { fileHeader, generateCommand } from './header.ts'
import { type AbiItem, renderAbi, renderErrors } from './renderAbi.ts'
import { readNotices, renderNotices } from './renderNotices.ts'
import { renderTypes } from './renderTypes.ts'

const root = join(import.meta.dirname, '..', '..')
const abiFolder = 'packages/chain/src/abi'
const snapshotFolder = 'contracts/snapshots'

const files = new Map<string, string>()
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const unknown = names.filter((name) => !domains.includes(name))
if (unknown.length > 0) {
  console.error(`no domain is called ${unknown.join(', ')}; there are ${domains.join(', ')}`)
  process.exit(2)
}
const wanted = names.length === 0 ? domains : names
const abis: AbiItem[][] = []
for (const [domain, compiled] of Object.entries(await loadDomains({ domains: wanted }))) {
  abis.push(...describeDomain(domain, compiled))
}
// Needs every domain, so a run of some leaves it alone.
if (names.length === 0) {
  files.set(`${abiFolder}/errors.generated.ts`, renderErrors(abis))
  const errors = abis.flat().filter(({ type }) => type === 'error')
  const errorNames = new Set(errors.map(({ name }) => name ?? ''))
  files.set(`${abiFolder}/errorNotices.generated.ts`, renderNotices(readNotices(root), errorNames))
}
const stray = names.length === 0 ? await strayFiles() : []
await (process.argv.includes('--check') ? check() : write())

/** Adds the files of a domain and gives its ABIs. */
function describeDomain(domain: string, compiled: CompiledDomain): AbiItem[][] {
  const layouts: Record<string, unknown> = {}
  const sizes: Record<string, unknown> = {}
  const exports: string[] = []
  const found: AbiItem[][] = []
  for (const { name, contract } of contractsOf(domain)) {
    const { abi, storageLayout, bytecode, runtime } = compiled.contracts[name]!
    found.push(abi as AbiItem[])
    files.set(`${abiFolder}/${domain}/${name}.generated.ts`, renderAbi(name, abi as AbiItem[]))
    exports.push(`export { ${name}Abi } from './${name}.generated.ts'\n`)
    layouts[contract] = describeLayout(storageLayout as Layout)
    sizes[contract] = {
      creationBytes: bytecode.length / 2 - 1,
      runtimeBytes: runtime.length / 2 - 1,
    }
  }
  const declarations = new Map(compiled.declarations.map((one) => [one.name, one]))
  const types = renderTypes(domain, found, declarations, (declaration) => {
    const [, folder] = /^src\/(\w+)\//.exec(declaration.source) ?? []
    return folder ?? domain
  })
  if (types !== '') {
    files.set(`${abiFolder}/${domain}/types.generated.ts`, types)
    const names = [...types.matchAll(/^export (type|const) (\w+)/gm)]
    // A name that is a value is exported as one; its type of the same name goes with it.
    const values = new Set(names.filter(([, kind]) => kind === 'const').map(([, , name]) => name))
    for (const name of new Set(names.map(([, , name]) => name))) {
      const word = values.has(name) ? '' : 'type '
      exports.push(`export { ${word}${name} } from './types.generated.ts'\n`)
    }
  }
  files.set(`${abiFolder}/${domain}/index.generated.ts`, `${fileHeader}${exports.join('')}`)
  files.set(`${snapshotFolder}/${domain}/storage.json`, `${JSON.stringify(layouts, null, 1)}\n`)
  files.set(`${snapshotFolder}/${domain}/size.json`, `${JSON.stringify(sizes, null, 1)}\n`)
  return found
}

/** Generated files that no contract has any more. */
async function strayFiles(): Promise<string[]> {
  const patterns = [`${abiFolder}/**/*.generated.ts`, `${snapshotFolder}/*/{storage,size}.json`]
  return globSync(patterns, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !files.has(path))
}

async function check(): Promise<void> {
  const stale = [...stray]
  for (const [path, text] of files) {
    if ((await readFile(join(root, path), 'utf8').catch(() => '')) !== text) stale.push(path)
  }
  if (stale.length > 0) {
    console.error(
      `contracts: out of date: ${stale.join(', ')}; run ${generateCommand} and look at the diff`,
    )
    process.exitCode = 1
  } else {
    console.log(`contracts: ${files.size} generated files up to date`)
  }
}

async function write(): Promise<void> {
  for (const path of stray) await rm(join(root, path))
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  console.log(`contracts: ${files.size} files written`)
}
