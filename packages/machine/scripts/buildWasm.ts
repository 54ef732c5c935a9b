// Compiles assembly/*.ts with the pinned AssemblyScript compiler into src/internal/*.generated.ts (base64).
// The compiled form is committed, so that running the machine needs Node alone; `--check` fails where it is not what the sources give.

import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const MODULES = ['interpreter']
const root = new URL('../', import.meta.url)

/** The generated TypeScript of one module. */
export async function generate(name: string): Promise<string> {
  let binary: Uint8Array | undefined
  const source = await readFile(new URL(`assembly/${name}.ts`, root), 'utf8')
  const options = ['--runtime', 'stub', '--noAssert', '-O3', '--importMemory', '--enable', 'simd']
  const { error, stderr } = await asc.main([`${name}.ts`, ...options, '--outFile', 'out.wasm'], {
    readFile: (path: string) => (basename(path) === `${name}.ts` ? source : null),
    writeFile: (path: string, contents: string | Uint8Array) => {
      if (path.endsWith('.wasm') && typeof contents !== 'string') binary = contents
    },
    listFiles: () => [],
  })
  if (error !== null || binary === undefined) throw new Error(`${name}: ${stderr.toString()}`)
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(/.{1,120}/g) ?? []
  const text = lines.map((line) => `  '${line}',`).join('\n')
  return `// Generated from assembly/${name}.ts by scripts/buildWasm.ts.\nexport const ${name}Wasm = [\n${text}\n].join('')\n`
}

export function generatedPath(name: string): URL {
  return new URL(`src/internal/${name}.generated.ts`, root)
}

export { MODULES }

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of MODULES) {
    const text = await generate(name)
    const path = generatedPath(name)
    if (process.argv.includes('--check')) {
      if ((await readFile(path, 'utf8')) !== text)
        throw new Error(`${name} is not what its source gives: run buildWasm.ts`)
    } else {
      await writeFile(path, text)
    }
    console.log(`${name}: ${process.argv.includes('--check') ? 'reproduced' : 'written'}`)
  }
}
